// Everything that can be found wrong with the log of transitions, and a sentence for each.
import { assertNever } from '../assert.ts';

/** What is wrong with a row; where it is the end of a log that is wrong, `version` is the first that is missing. */
export type RowFault =
  /** The row does not have the hash of what it says. */
  | 'changed'
  | 'missing'
  /** It does not follow from the row before it. */
  | 'not_linked'
  | 'end_cut_off'
  /** Rows without a subject. */
  | 'subject_missing'
  /** The machine version it names is not on record, or with another definition. */
  | 'machine_differs'
  /** That machine has no such step from there. */
  | 'impossible_step'
  /** The subject's row says another state, history or machine than its log. */
  | 'state_differs'
  | 'event_missing'
  /** The event's row says something else than the transition it made. */
  | 'event_differs'
  /** What the event said is not what its transition committed to. */
  | 'payload_differs'
  /** The keys of its person were destroyed, and no erasure is on record. */
  | 'erased_unrecorded';

export type CheckpointFault =
  | 'missing'
  | 'not_linked'
  /** Not signed, as it stands, by the key it names. */
  | 'signature_invalid'
  | 'key_unknown'
  /** Its rows are fewer, more, or others than those that were sealed. */
  | 'rows_missing'
  | 'rows_added'
  | 'rows_changed'
  | 'total_wrong'
  /** An anchor, kept elsewhere, that is itself not signed by the key. */
  | 'anchor_invalid'
  /** Somebody outside has this checkpoint; the log has none, or another. */
  | 'anchor_missing'
  | 'anchor_differs';

export type LogFault =
  | { kind: 'row'; subject: string; version: number; fault: RowFault }
  | { kind: 'checkpoint'; n: number; fault: CheckpointFault }
  | { kind: 'machine'; machine: string; version: number; fault: 'changed' }
  /** The file that was given cannot be the whole of an export. */
  | { kind: 'export'; line: number; fault: 'unreadable' | 'incomplete' };

export type LogVerdict =
  | {
      kind: 'intact';
      subjects: number;
      transitions: number;
      checkpoints: number;
      /** Transitions that no checkpoint covers yet. */
      unsealed: number;
      /** Checkpoints kept elsewhere that the log was held against. */
      anchors: number;
    }
  /** The first fault that was found. */
  | { kind: 'broken'; found: LogFault };

/** For people: what was found and where. */
export function faultSentence(found: LogFault): string {
  switch (found.kind) {
    case 'row':
      return rowSentences[found.fault](`version ${found.version} of ${found.subject}`);
    case 'checkpoint':
      return checkpointSentences[found.fault](`checkpoint ${found.n}`);
    case 'machine':
      return `The stored definition of ${found.machine} v${found.version} does not have its hash: it was changed.`;
    case 'export':
      return found.fault === 'unreadable'
        ? `Line ${found.line} of the export is none that an export has.`
        : `The export ends at line ${found.line} without its last line: it was cut off.`;
    default:
      return assertNever(found);
  }
}

const rowSentences: Record<RowFault, (row: string) => string> = {
  changed: (row) => `The row of ${row} was changed: it does not have the hash of what it says.`,
  missing: (row) => `The row of ${row} is missing.`,
  not_linked: (row) => `The row of ${row} does not follow from the version before it.`,
  end_cut_off: (row) => `There should be ${row}: the end of that log was cut off, or its subject was changed.`,
  subject_missing: (row) => `There is ${row}, but no such subject.`,
  machine_differs: (row) => `The row of ${row} was made by a machine that is not on record so.`,
  impossible_step: (row) => `The row of ${row} tells of a step that its machine does not have.`,
  state_differs: (row) => `The subject does not stand where ${row} left it.`,
  event_missing: (row) => `The event that made ${row} is missing.`,
  event_differs: (row) => `The event that made ${row} says something else than the log.`,
  payload_differs: (row) => `What the event of ${row} carries is not what was committed to.`,
  erased_unrecorded: (row) => `The keys of the person of ${row} are gone, and no erasure is on record.`,
};

const checkpointSentences: Record<CheckpointFault, (checkpoint: string) => string> = {
  missing: (one) => `There should be ${one}; it is missing.`,
  not_linked: (one) => `What ${one} says does not follow from the one before it.`,
  signature_invalid: (one) => `The signature of ${one} is not over what it says.`,
  key_unknown: (one) => `The key that ${one} names is not one that was given, or not one of this installation.`,
  rows_missing: (one) => `Fewer rows are there than ${one} covers.`,
  rows_added: (one) => `More rows are there than ${one} covers.`,
  rows_changed: (one) => `The rows that ${one} covers are others than those that were sealed.`,
  total_wrong: (one) => `What ${one} says of the number of rows does not add up.`,
  anchor_invalid: (one) => `The anchor of ${one} is not signed by the key: it is the anchor that cannot be trusted.`,
  anchor_missing: (one) =>
    `Somebody holds ${one}, and the log does not have it: its end was cut off, or an older state put back.`,
  anchor_differs: (one) =>
    `Somebody holds another ${one} than the log: the log was rewritten, or an older state put back.`,
};
