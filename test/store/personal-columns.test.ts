// Every column that can hold a text has a class: who adds one must say what personal data it may hold and what erasure does about it.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/load-definitions.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

type Class =
  /** Personal, encrypted under the person's key, emptied by erasure. */
  | 'sealed'
  /** Tells something of a person without encryption, or is her key; emptied by erasure. */
  | 'emptied'
  /** An HMAC under a key of the person's, or a hash over such: says nothing once that key is gone. */
  | 'committed'
  /** Ours, or what a system calls something; one that may name a person is replaced before it is stored. */
  | 'id'
  /** A name of ours or of the configuration: a state, a code, a region. */
  | 'word'
  /** An operator's own words, who is told that they are kept for ever. */
  | 'operator'
  /** Of people who work with Interlock, who are nobody's candidates. */
  | 'staff'
  /** Encrypted under the master key, or a hash of a secret. */
  | 'secret';

const classes: Record<string, Record<string, Class>> = {
  // Ids, names and figures: nothing of an alert names a person.
  alert: { id: 'id', rule_id: 'id', about: 'id', status: 'word', severity: 'word', condition: 'word' },
  // Of addresses only the host or the domain is in plain text.
  alert_channel: { id: 'id', kind: 'word', place: 'staff', terms_ct: 'secret' },
  alert_delivery: {
    id: 'id',
    alert_id: 'id',
    channel_id: 'id',
    telling: 'word',
    body: 'word',
    status: 'word',
    answer: 'word',
  },
  alert_rule: { id: 'id', condition: 'word', terms: 'word', reading: 'word' },
  account: { id: 'id', name: 'staff', email_index: 'staff', profile_ct: 'secret', password_hash: 'secret' },
  agreement_hour: { connection_id: 'id', causes: 'word' },
  state_count: { machine: 'word', state: 'word', region: 'word', connection_id: 'id' },
  tally_stale: { kind: 'word' },
  tally: { kind: 'word', unit: 'word', left_out: 'id', lines: 'word' },
  approval: {
    id: 'id',
    kind: 'word',
    name: 'word',
    hash: 'word',
    role: 'word',
    account_id: 'id',
    decision: 'word',
    reason: 'operator',
    required: 'word',
    display_name: 'staff',
    signer: 'id',
    key_id: 'id',
    signature: 'committed',
  },
  party_member: { account_id: 'id', party: 'word', granted_by: 'staff' },
  proposal: {
    machine: 'word',
    hash: 'word',
    definition: 'word',
    note: 'operator',
    proposer_kind: 'word',
    proposer_id: 'staff',
  },
  wave: { connection_id: 'id', phase: 'word', pilot: 'word', gates: 'word', held_gate: 'word', held_detail: 'word' },
  shadow_write: {
    subject_id: 'id',
    connection_id: 'id',
    machine: 'word',
    event_type: 'word',
    from_state: 'word',
    target_state: 'word',
    phase: 'word',
    outcome: 'word',
    seen: 'word',
  },
  attempt: { writeback_id: 'id', outcome: 'word', mode: 'word', reason: 'word', precondition: 'word' },
  audit: {
    actor_kind: 'word',
    actor_id: 'staff',
    action: 'word',
    object_kind: 'word',
    object_id: 'id',
    detail: 'operator',
    request_id: 'id',
  },
  bulk_act: {
    id: 'id',
    kind: 'word',
    reason: 'operator',
    actor_kind: 'word',
    actor_id: 'staff',
    request_id: 'id',
  },
  bulk_act_item: { act_id: 'id', item_id: 'id', decision: 'word' },
  catalogue: { connection_id: 'id', fingerprint: 'word', stages: 'word', fields: 'word', missing: 'word' },
  checkpoint: { root: 'committed', prev: 'committed', system_identifier: 'word', key_id: 'id', signature: 'committed' },
  checkpoint_key: { id: 'id', public_key: 'word', private_key_ct: 'secret' },
  client: {
    id: 'id',
    name: 'staff',
    kind: 'word',
    scopes: 'word',
    connection_id: 'id',
    secret_hash_current: 'secret',
    secret_hash_next: 'secret',
    revoked_tokens: 'id',
  },
  connection: {
    id: 'id',
    adapter: 'word',
    kind: 'word',
    status: 'word',
    settings: 'word',
    scope: 'word',
    pace: 'word',
    worker: 'word',
    secrets_current: 'secret',
    secrets_next: 'secret',
    circuit: 'word',
    circuit_reason: 'word',
    circuit_trial: 'id',
    gone_states: 'word',
    direction: 'word',
  },
  console_view: { id: 'id', account_id: 'id', page: 'word', name: 'staff', query: 'word' },
  dictionary_version: { hash: 'word', document: 'word' },
  echo: { writeback_id: 'id', event_id: 'id', value: 'word' },
  element_value: {
    subject_id: 'id',
    element: 'word',
    value_ct: 'sealed',
    value_commit: 'committed',
    source: 'id',
    by_kind: 'word',
    event_id: 'id',
    settled_by: 'staff',
    turned_down: 'committed',
    previous_commit: 'committed',
  },
  event: {
    id: 'id',
    source: 'id',
    external_id: 'id',
    fingerprint: 'emptied',
    machine: 'word',
    claim_kind: 'word',
    claim: 'word',
    by_kind: 'word',
    ref_system: 'word',
    ref_id: 'id',
    subject_id: 'id',
    person_id: 'id',
    payload_ct: 'sealed',
    disposition: 'word',
    code: 'word',
    detail: 'word',
    parked_for: 'word',
  },
  // A file's name may name a person: it is sealed under the master key, and goes with time.
  file_in: {
    id: 'id',
    connection_id: 'id',
    name_key: 'committed',
    name_ct: 'secret',
    state: 'word',
    reason: 'word',
    content_key: 'committed',
  },
  file_out: { id: 'id', connection_id: 'id', name: 'word', state: 'word' },
  file_row: {
    writeback_id: 'id',
    connection_id: 'id',
    ref_key: 'emptied',
    state: 'word',
    file_id: 'id',
    cells_ct: 'sealed',
    answer: 'word',
    answer_code: 'word',
    shows: 'word',
  },
  file_turn: { connection_id: 'id', side: 'word', failure: 'word' },
  import: {
    id: 'id',
    connection_id: 'id',
    source: 'operator',
    fingerprint: 'word',
    status: 'word',
    machine: 'word',
    begun_by: 'staff',
    format: 'word',
    states: 'operator',
    errors_file: 'operator',
    rules: 'word',
  },
  import_error: { import_id: 'id', rule: 'word', todo: 'word' },
  incident: {
    id: 'id',
    kind: 'word',
    key: 'id',
    subject_id: 'id',
    connection_id: 'id',
    writeback_id: 'id',
    event_id: 'id',
    owner: 'word',
    element: 'word',
    values_ct: 'sealed',
    detail: 'emptied',
    settled_by: 'staff',
    resolution: 'emptied',
    assigned_to: 'staff',
  },
  incident_note: { incident_id: 'id', author: 'staff', body: 'emptied' },
  kpi_hour: { measure: 'word', machine: 'word', event_type: 'word', connection_id: 'id' },
  lane: { subject_id: 'id', connection_id: 'id', held_reason: 'emptied' },
  machine_version: { machine: 'word', hash: 'word', definition: 'word', layout: 'word' },
  person: {
    id: 'id',
    data_key: 'emptied',
    commit_key: 'emptied',
    master_key_id: 'word',
    email_index: 'emptied',
    phone_index: 'emptied',
    name_index: 'emptied',
    linked_to: 'id',
    profile_system: 'id',
    profile_ref: 'id',
    held_reason: 'emptied',
    erasure_stores: 'word',
  },
  poll: { connection_id: 'id', cursor: 'id', failure: 'word' },
  reconciliation: { connection_id: 'id', after_subject: 'id' },
  right_grant: { account_id: 'id', right_name: 'word', granted_by: 'staff' },
  role_grant: { account_id: 'id', role: 'word', region: 'word', business_unit: 'word', granted_by: 'staff' },
  session: { id_hash: 'secret', account_id: 'id', device: 'staff' },
  shown: {
    id: 'id',
    subject_id: 'id',
    connection_id: 'id',
    failure: 'word',
    // The vendor's name of a stage, which is configuration; gone all the same when the person is.
    stage: 'emptied',
    states: 'word',
    trouble: 'word',
  },
  sign_in_link: { token_hash: 'secret', purpose: 'word', account_id: 'id' },
  subject: {
    id: 'id',
    machine: 'word',
    state: 'word',
    history: 'word',
    facts: 'word',
    chain_head: 'committed',
    person_id: 'id',
    parent_id: 'id',
    region: 'word',
    business_unit: 'word',
    requisition_type: 'word',
  },
  subject_ref: { system: 'word', machine: 'word', external_id: 'id', subject_id: 'id' },
  transition: {
    subject_id: 'id',
    event_id: 'id',
    type: 'word',
    from_state: 'word',
    to_state: 'word',
    history: 'word',
    machine: 'word',
    machine_hash: 'word',
    source: 'id',
    by_kind: 'word',
    payload_commit: 'committed',
    prev_hash: 'committed',
    hash: 'committed',
  },
  // Names of a vendor's fields; what does not look like one is replaced by "?".
  unknown_field: { connection_id: 'id', pointer: 'word', kind: 'word', code: 'word' },
  vendor_token: { connection_id: 'id', key: 'secret', value_ct: 'secret' },
  writeback: {
    id: 'id',
    subject_id: 'id',
    connection_id: 'id',
    machine: 'word',
    event_type: 'word',
    from_state: 'word',
    target_state: 'word',
    cause: 'word',
    status: 'word',
    mode: 'word',
    disputed: 'word',
    overwrites: 'word',
    settled_by: 'word',
    // A person's words when she waived it; an erasure lets what is open go with a code.
    reason: 'operator',
  },
};

/** Elements that a subject keeps in plain columns, because guards and scopes need them. */
const keptPlain = ['requisition.type', 'requisition.skips', 'requisition.region', 'requisition.businessUnit'];

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('personal data by column', () => {
  test('every column that can hold a text has a class, and every class a column', async () => {
    const { rows } = await client.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and table_name not like 'kysely%' and data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'xml', 'USER-DEFINED')`,
    );
    const known = Object.entries(classes).flatMap(([table, columns]) =>
      Object.keys(columns).map((column) => `${table}.${column}`),
    );
    expect(known.sort()).toEqual(rows.map((row) => row.name).sort());
  });

  test('what is sealed says so in its name, and nothing else does', () => {
    for (const [table, columns] of Object.entries(classes))
      for (const [column, as] of Object.entries(columns))
        if (column.endsWith('_ct')) expect(['sealed', 'secret'], `${table}.${column}`).toContain(as);
        else expect(as, `${table}.${column}`).not.toBe('sealed');
  });

  test('what a subject keeps plain is not personal by the dictionary', () => {
    const { dictionary } = loadDefinitions();
    for (const name of keptPlain)
      expect(['public', 'internal'], name).toContain(dictionary.element(name)?.classification);
  });
});
