// Every problem that the API answers with: its title, and what to do about it. GET /problems/:code shows this table.

interface ProblemType {
  title: string;
  /** What the caller can do, in one or two sentences. */
  help: string;
}

const again = 'Send the same request again after the seconds in Retry-After; with the same id nothing happens twice.';
const allowed = 'The answer names the current state and the events that are possible from it.';

export const problemTypes: Readonly<Record<string, ProblemType>> = {
  other_key: {
    title: 'Encrypted with another key',
    help: 'What is known of this person was encrypted with another master key than this process has. Start it with the key that the data was written with (INTERLOCK_MASTER_KEY, or INTERLOCK_MASTER_KEY_FILE). Nothing was changed, and nothing is lost while that key is kept.',
  },
  // The request itself.
  bad_request: { title: 'The request cannot be read', help: 'Compare it with the API reference at /reference.' },
  not_json: { title: 'The body is not JSON', help: 'Send one JSON text. `detail` says where it goes wrong.' },
  not_utf8: { title: 'The body is not UTF-8', help: 'JSON is UTF-8 (RFC 8259 §8.1). Encode it as such.' },
  too_deep: { title: 'The body is nested too deep', help: 'Flatten it: at most 32 levels.' },
  forbidden_key: { title: 'A key that is not taken', help: 'Rename `__proto__`, `constructor` or `prototype`.' },
  forbidden_character: {
    title: 'A character that cannot be kept',
    help: 'Remove U+0000 and lone surrogates from texts.',
  },
  too_large: { title: 'The body is too large', help: 'Send less at once. `bytesMax` is the most that is taken here.' },
  too_many_events: { title: 'Too many events at once', help: 'Send at most 1,000 events in one request.' },
  unsupported_media_type: { title: 'The content type is not taken', help: '`detail` lists those that are.' },
  invalid: { title: 'The request is not valid', help: 'Each entry of `errors` points at one field (RFC 6901).' },
  invalid_event: {
    title: 'The event is not valid',
    help: 'Each entry of `errors` points at one field. Nothing was recorded.',
  },

  unknown_element: {
    title: 'The dictionary has no such element',
    help: 'Use the names that the dictionary has.',
  },
  not_in_event: { title: 'The element does not belong to this event', help: '`detail` lists those that do.' },
  wrong_type: { title: 'An element has the wrong type', help: 'Each entry of `errors` names the type.' },
  not_allowed: {
    title: 'A value that the dictionary does not list',
    help: 'Each entry of `errors` lists what is allowed.',
  },
  too_long: { title: 'A value is too long or too large', help: 'Each entry of `errors` names the bound.' },
  future_occurred_at: {
    title: 'The event lies in the future',
    help: 'Set the clock of the sender; 5 minutes are tolerated.',
  },
  not_found: {
    title: 'There is nothing at this address',
    help: 'Compare the address with the API reference at /reference.',
  },
  method_not_allowed: {
    title: 'The method is not taken here',
    help: 'Compare it with the API reference at /reference.',
  },

  // Who is asking.
  missing_token: {
    title: 'No access token',
    help: 'Get one from /oauth2/token and send it as `Authorization: Bearer …`.',
  },
  invalid_token: {
    title: 'The access token is not good',
    help: 'Tokens live ten minutes. Get a new one from /oauth2/token.',
  },
  insufficient_scope: {
    title: 'The token may not do this',
    help: '`scope` lists what is needed. Ask who runs Interlock to grant it to your client.',
  },
  forbidden: { title: 'Not allowed', help: 'Ask who runs Interlock for access.' },
  rate_limited: {
    title: 'Too many requests',
    help: 'Wait for the seconds in Retry-After. RateLimit headers tell what is left.',
  },

  // The service.
  overloaded: { title: 'Too much to do at the moment', help: `Nothing was recorded. ${again}` },
  unavailable: { title: 'The service cannot answer now', help: again },
  internal: {
    title: 'Something is wrong on our side',
    help: 'Quote `instance` to who runs Interlock: the log has it.',
  },

  // What the machines say to an event.
  refused: { title: 'The event is not possible now', help: allowed },
  illegal_transition: { title: 'The event is not possible in this state', help: allowed },
  source_not_authorised: {
    title: 'This kind of system may not cause the event',
    help: 'Another kind of system has to say it; the machine version tells which.',
  },
  guard_failed: { title: 'A condition of the transition does not hold', help: '`detail` names the condition.' },
  missing_elements: {
    title: 'The event lacks elements',
    help: 'Send it again under a new id with the elements that `detail` names.',
  },
  element_conflict: {
    title: 'Another system said something else, and its word counts',
    help: 'The event needs an element of which another value holds. A person settles the conflict; `elements` names what it is about.',
  },
  unknown_event: { title: 'The machine has no such event', help: allowed },
  unknown_state: { title: 'The machine has no such state', help: 'Compare it with the machine version.' },
  closed: {
    title: 'The subject has come to its end',
    help: 'Nothing moves it any more, except the events in `allowed`.',
  },
  unknown_subject: {
    title: 'The subject is not known',
    help: 'Send the event that opens it first, or wait until its system has.',
  },
  person_erased: {
    title: 'The person was erased',
    help: 'Nothing is recorded about somebody who was erased. Stop sending it.',
  },
  legal_hold: { title: 'The person is under a legal hold', help: 'Lift the hold first, or wait until it is over.' },
  not_under_hold: { title: 'The person is under no legal hold', help: 'There is nothing to lift.' },
  no_such_person: {
    title: 'There is no such person',
    help: 'POST /v1/persons/find finds them by an address, and every subject names its person.',
  },
  parking_full: {
    title: 'Too many early events wait for this subject',
    help: 'Find out why the events before them do not come.',
  },
  expired: { title: 'The event was too early, and its turn did not come', help: allowed },
  wrong_machine_version: {
    title: 'The subject runs another machine version',
    help: 'Read the subject and decide again.',
  },
  same_id_other_body: {
    title: 'The id was used for another event',
    help: 'Nothing was changed. Send the new event under a new id.',
  },

  // Webhooks.
  missing_signature: {
    title: 'The webhook is not signed',
    help: 'Set the secret in the webhook settings of the vendor.',
  },
  bad_signature: {
    title: 'The signature does not fit',
    help: 'Compare the secret at the vendor with that of the connection.',
  },
  stale_timestamp: {
    title: 'The webhook is too old',
    help: 'Its time must be within 5 minutes of ours: a replay, or a wrong clock.',
  },

  // Things that are addressed.
  circuit_not_open: {
    title: 'The circuit is not open',
    help: 'Nothing is in the way: writes go out. GET /v1/connections/{id} shows how it stands.',
  },
  unknown_connection: { title: 'There is no such connection', help: 'GET /v1/connections lists them.' },
  unknown_adapter: { title: 'There is no such adapter', help: '`detail` lists those there are.' },
  invalid_settings: {
    title: 'The settings do not fit the adapter',
    help: 'Each entry of `errors` points at one setting.',
  },
  gate_not_passed: {
    title: 'A gate of the wave is not passed',
    help: '`gates` lists what is demanded and what was found. Wait, mend it, or move on with `override` and a reason.',
  },
  changed_meanwhile: {
    title: 'Somebody else was first',
    help: 'Nothing was changed. Look at how it stands now, and decide again.',
  },
  writes_open: { title: 'Writes have not ended', help: 'Let them end or waive them, then watch the connection.' },
  no_wave: { title: 'Nothing of this kind to change', help: 'GET /v1/waves tells how far the connection has come.' },
  invalid_terms: { title: 'The terms of the wave do not fit', help: '`detail` names what is wrong.' },
  unknown_import: { title: 'There is no such import', help: 'GET /v1/imports lists them.' },
  import_out_of_order: { title: 'Not the lines that are wanted next', help: 'Send from the line that `next` names.' },
  unknown_columns: { title: 'A column is no element', help: 'Rename it as the dictionary does, or leave it out.' },
  unknown_states: { title: 'A word leads to no state', help: 'GET /v1/machines shows the states.' },
  name_taken: { title: 'The name is taken', help: 'Choose another one, or change what is there.' },
  unknown_machine_version: { title: 'There is no such machine version', help: 'GET /v1/machines lists them.' },
  already_released: {
    title: 'The number is taken',
    help: 'Versions up to `latest` are on record and never change. Propose the next number.',
  },
  not_sound: {
    title: 'The machine breaks a rule',
    help: 'Each entry of `errors` names a rule and where it is broken. Nothing was proposed.',
  },
  no_such_event: { title: 'There is no such event', help: 'Compare the id with the one that recording it answered.' },
  no_such_subject: {
    title: 'There is no such subject',
    help: 'GET /v1/subjects finds it by a system and its id there.',
  },
  no_such_writeback: { title: 'There is no such writeback', help: 'GET /v1/writebacks lists them.' },
  no_such_incident: { title: 'There is no such incident', help: 'GET /v1/incidents lists them.' },
  no_such_lane: { title: 'There is no such lane', help: 'Compare the ids of the subject and of the connection.' },
  not_dead: { title: 'Only a dead writeback can be redriven', help: '`status` says where it stands.' },
  settled: { title: 'The writeback has ended already', help: '`status` says how.' },
  in_flight: {
    title: 'The writeback is on its way',
    help: 'Try again when its attempt has ended, within a minute; hold its lane if nothing more shall follow.',
  },
  overtaken: {
    title: 'The system has moved on by itself since',
    help: 'Writing this now would push it back. Waive the writeback.',
  },
  connection_removed: {
    title: 'The connection was removed',
    help: 'Waive what was meant for it; what came from it is not replayed.',
  },
  not_quarantined: {
    title: 'The event is not quarantined',
    help: 'Only what was not understood is replayed. GET the event to see what became of it.',
  },
  still_quarantined: {
    title: 'The event is still not understood',
    help: 'Nothing was recorded. `reason` and `detail` say what to mend in the connection; replay it after that.',
  },
  erased: { title: 'The payload was erased', help: 'Nobody can read it any more. Settle its incident.' },
  already_held: { title: 'The lane is held already', help: 'Release it first to hold it for another reason.' },
  not_held: {
    title: 'Nobody holds the lane',
    help: 'A lane behind a dead writeback goes on when that is redriven or waived.',
  },
  must_choose: {
    title: 'The incident asks for a choice',
    help: 'Of a field conflict say which value counts, of a duplicate profile whether the two persons are one. `detail` says where.',
  },
  not_a_proposal: {
    title: 'The incident is no proposal to link two persons',
    help: 'GET it to see what it is, and settle it as such.',
  },
  not_a_conflict: {
    title: 'The incident is no field conflict',
    help: 'GET it to see what it is, and settle it as such.',
  },
  already_settled: { title: 'The incident is settled already', help: 'GET it to see by whom and how.' },
  too_many_notes: {
    title: 'The incident has as many notes as it takes',
    help: 'Settle it, or keep longer texts elsewhere and note where.',
  },
  writeback_dead: {
    title: 'The writeback behind the incident is still dead',
    help: 'Redrive or waive it: that settles the incident.',
  },
  no_such_work: {
    title: 'There is no such work',
    help: 'The attempt is over. Acknowledge the command and take the next.',
  },
  not_your_connection: {
    title: 'The client works for another connection',
    help: 'A worker has a client of its own, made with `interlock client add --connection`.',
  },
  unsupported_contract: {
    title: 'This version of the worker contract is not served',
    help: '`served` lists those that are. src/bus/README.md tells what changed from one to the next.',
  },

  // Orders of tests.
  invalid_key: {
    title: 'The key is not good',
    help: 'Compare it with the one of the connection; it is the user name of HTTP Basic.',
  },
  unknown_test: { title: 'There is no such test', help: 'GET list_tests names those there are.' },
  unknown_application: {
    title: 'The application is not known yet',
    help: 'The ATS reports it by webhook, within seconds as a rule. Try again in a minute.',
  },
  unknown_order: { title: 'There is no such order', help: 'Use the partner_interview_id that send_test answered.' },
  callback_not_allowed: {
    title: 'The address may not be called',
    help: 'Add its host to `callbackHosts` of the connection if it is the ATS.',
  },
  tool_takes_no_orders: {
    title: 'The tool of this test takes no orders',
    help: 'Compare `tool` of the test with the connections there are; it needs `orders` in its settings.',
  },
  another_test_ordered: {
    title: 'Another test is under way',
    help: 'Wait for its result, or until its invitation has run out.',
  },
  not_to_be_screened: {
    title: 'No test can be ordered for this application now',
    help: '`detail` says where it stands. Move it to where screening begins, or go on with the result there is.',
  },

  // Alerts.
  unknown_alert_rule: { title: 'There is no such rule', help: 'GET /v1/alerts/rules lists them.' },
  unknown_alert_channel: { title: 'There is no such channel', help: 'GET /v1/alerts/channels lists them.' },
  builtin_alert_rule: {
    title: 'The rule is there from the start',
    help: 'Put it with `"enabled": false` instead.',
  },
  invalid_alert: { title: 'The rule cannot be used', help: 'Each entry of `errors` points at one field.' },
  too_many_alerts: { title: 'There are as many as there may be', help: 'Remove one that nobody needs.' },
};
