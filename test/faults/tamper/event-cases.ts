// Tampering with the events that transitions refer to: each column that says what was said, by whom, and what became of it.
import type { RowFault } from '../../../src/core/log/faults.ts';
import { atRow, type Case, other, victim } from './case.ts';

const inColumn = (column: string, value: string, fault: RowFault, how = 'changed'): Case => ({
  name: `${column} of an event is ${how}`,
  tamper: ({ run }, log) =>
    run(
      `update event set ${column} = ${value} where subject_id = $1 and transition_version = 3`,
      victim(log),
      other(log),
    ),
  found: atRow(3, fault),
  // Events stay at home: they are personal data.
  elsewhere: null,
});

export const eventCases: Case[] = [
  // What the transition repeats.
  inColumn('source', `'client:cli_somebody'`, 'event_differs'),
  inColumn('by_kind', `'ats'`, 'event_differs'),
  inColumn('occurred_at', `occurred_at - interval '1 day'`, 'event_differs'),
  inColumn('machine', `'requisition'`, 'event_differs'),
  inColumn('subject_id', '$2', 'event_differs'),
  inColumn('disposition', `'refused', transition_version = null`, 'event_differs'),
  inColumn('transition_version', '4', 'event_differs'),
  inColumn('settled_at', `settled_at + interval '1 second'`, 'event_differs'),
  // What it committed to.
  inColumn('external_id', `'forged'`, 'payload_differs'),
  inColumn('fingerprint', `repeat('0', 64)`, 'payload_differs'),
  inColumn('received_at', `received_at - interval '1 second'`, 'payload_differs'),
  inColumn('claim', `'screening.completed'`, 'payload_differs'),
  inColumn('claim_kind', `'stage'`, 'payload_differs'),
  inColumn('ref_system', `'elsewhere'`, 'payload_differs'),
  inColumn('ref_id', `'4711'`, 'payload_differs'),
  inColumn('payload_ct', 'null', 'payload_differs', 'emptied'),
  inColumn(
    'payload_ct',
    '(select payload_ct from event where subject_id = $2 and transition_version = 3)',
    'payload_differs',
    'replaced by another’s',
  ),
  inColumn('person_id', '(select person_id from subject where id = $2)', 'payload_differs'),
  {
    name: 'an event is deleted',
    tamper: ({ run }, log) => run('delete from event where subject_id = $1 and transition_version = 3', victim(log)),
    found: atRow(3, 'event_missing'),
    elsewhere: null,
  },
];
