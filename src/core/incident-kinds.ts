// What a person may have to settle: each kind with what it means and what ends it, in words that pages and the API share.

export const incidentKinds = [
  'field_conflict',
  'divergence',
  'dead_writeback',
  'duplicate_profile',
  'event_expired',
  'fingerprint_conflict',
  'quarantined_event',
  'unmapped_stage',
  'mapping_gone',
  'polling_stale',
  'file_trouble',
  'wave_held',
] as const;
export type IncidentKind = (typeof incidentKinds)[number];

export const isIncidentKind = (text: string): text is IncidentKind => incidentKinds.some((one) => one === text);

interface Words {
  title: string;
  /** What is the case. */
  means: string;
  /** What somebody does about it. */
  todo: string;
  /** What happens when nobody does anything. */
  otherwise: string;
}

export const incidentWords: Readonly<Record<IncidentKind, Words>> = {
  field_conflict: {
    title: 'Two values for one field',
    means: 'A system wrote a value that, by the rule of this element, another system decides.',
    todo: 'Look at both values and say which one counts. It is then written to every system that shows the element.',
    otherwise: 'What held before goes on to hold.',
  },
  divergence: {
    title: 'A system shows another state',
    means: 'A system shows something else than the canonical state, and no write of ours explains it.',
    todo: 'Find out who moved it and why. Put it right in that system, or tell Interlock the event that is missing; then say how it was settled.',
    otherwise: 'It stays open until the system shows the canonical state; then it ends by itself.',
  },
  dead_writeback: {
    title: 'A write was given up',
    means: 'A system could not be made to show a change. Everything behind it in the same lane waits.',
    todo: 'Mend the cause, then redrive; or waive it when the system need not show it.',
    otherwise: 'The lane stands still.',
  },
  duplicate_profile: {
    title: 'Perhaps one person twice',
    means: 'Two persons share an address, a telephone number or a name.',
    todo: 'Say whether they are one human. If so they are found, exported and erased together from then on.',
    otherwise: 'They are treated as two.',
  },
  event_expired: {
    title: 'An event waited in vain',
    means: 'An event came early, and the event that must come before it never came. It is refused.',
    todo: 'Find the missing event in the system that should have sent it, and send it; then send this one again.',
    otherwise: 'The candidate stays where the canonical state is.',
  },
  fingerprint_conflict: {
    title: 'One id for two events',
    means: 'A sender used the id of an earlier event for one that says something else. The first one counts.',
    todo: 'Ask the sender for an id of its own for each event, and for this one again if it matters.',
    otherwise: 'The second one counts for nothing.',
  },
  quarantined_event: {
    title: 'A payload that was not understood',
    means: 'A webhook could not be translated with the settings of its connection. It is kept as it came.',
    todo: 'Mend the mapping, then replay what waits for it.',
    otherwise: 'What the payload says counts for nothing.',
  },
  unmapped_stage: {
    title: 'A stage that stands for nothing',
    means: 'A system was seen to show a stage that the mapping does not name.',
    todo: 'Map the stage in the settings of the connection, or give it back its old name.',
    otherwise: 'Whoever stands there counts as disagreeing.',
  },
  mapping_gone: {
    title: 'A stage or field is gone',
    means: 'The mapping names a stage or a field that the system does not have any more.',
    todo: 'Bring it back in the system, or change the mapping. Lanes that need it are held until then, and go on by themselves.',
    otherwise: 'What needs it is not written.',
  },
  polling_stale: {
    title: 'A system cannot be polled',
    means: 'Changes of a system that is asked for them have not been fetched for a while.',
    todo: 'See whether its credentials and its address still hold.',
    otherwise: 'Moves in that system are noticed only when a sweep reads each subject.',
  },
  file_trouble: {
    title: 'A file is not as agreed',
    means:
      'A file is late, held back or taken without some of its rows, or the folder cannot be used. The reason says which.',
    todo: 'Look it up in the setup guide of file-drop, and mend the file, the folder or the settings.',
    otherwise: 'What the file says counts for nothing, and rows that wait for a proof go out again.',
  },
  wave_held: {
    title: 'Writing to a system was stopped',
    means: 'Writes to a system fell short of what its wave demands, so no more are sent. What is to be written waits.',
    todo: 'See which gate was missed and why. Then let it write again, or take the connection back to being watched.',
    otherwise: 'Writes wait, in their order; nothing is lost.',
  },
};
