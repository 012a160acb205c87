// What the lint of a machine says: which rule, how bad, where, and in words.

export interface Finding {
  /** A short, stable name, such as `dead_end`. */
  rule: string;
  /** A machine with an error cannot be released; a warning is for its signatories to weigh. */
  severity: 'error' | 'warning';
  /** The state, or `state › event`; empty for the machine itself. */
  path: string;
  message: string;
}
