// Why something is stuck, in words.
import type { StuckCause } from '../store/reports/stuck-sources.ts';

export const causeWords: Readonly<Record<StuckCause, string>> = {
  late_against_sla: 'Late against what is due',
  write_unconfirmed: 'Written, and not shown',
  systems_disagree: 'Systems disagree',
  event_missing: 'An event is missing',
  incident_open: 'A person decides',
};

export const causeMeanings: Readonly<Record<StuckCause, string>> = {
  late_against_sla: 'Subjects in a state for longer than its machine allows. Whoever owns the state acts.',
  write_unconfirmed:
    'The first write of a lane that was given up, is held up, was tried more than once, or is not shown within a minute. What waits behind it is counted with it.',
  systems_disagree: 'A system shows something else than the canonical state, and the rule says that a person looks.',
  event_missing: 'Events that came early and wait for the one before them.',
  incident_open: 'Conflicts, possible duplicates and events that could not be used, open until somebody settles them.',
};
