// What is counted, defined once; the same names are in kpi_hour, in reports and in the metrics.

export const measures = {
  'event.received': 'Events recorded, duplicates included',
  'event.applied': 'Events that made a transition',
  'event.duplicate': 'Events received again under the same id',
  'event.echo': 'Vendor events that our own write caused',
  'event.stale': 'Events about a state that was reached or left already',
  'event.refused': 'Events that the machine or its rules refused',
  'event.quarantined': 'Payloads that could not be understood and are kept',
  'event.parked': 'Events waiting for their turn, at this moment',
  'writeback.created': 'Changes that a system must show',
  'writeback.confirmed': 'Writebacks seen in the target',
  'writeback.confirmed_first_try': 'Writebacks seen in the target after one try',
  'writeback.origin': 'Writebacks that the system itself caused',
  'writeback.dead': 'Writebacks that were given up, each with a reason',
  'writeback.waived': 'Writebacks that a person waived',
  'writeback.superseded': 'Writebacks that a newer change in the target made needless',
  'writeback.contradicted': 'Times a target said yes and then showed the old value',
  'attempt.settled': 'Attempts that ended',
  'element.missing': 'Required elements that refused events lacked',
  'incident.field_conflict': 'Two systems wrote one element against its rule',
} as const;

export type Measure = keyof typeof measures;

export interface Count {
  measure: Measure;
  machine: string;
  eventType: string;
  connection: string;
  count: number;
}

/** Adds up counts of one transaction, so that each key is one row. */
export class Counts {
  readonly #counts = new Map<string, Count>();

  add(measure: Measure, machine: string, eventType: string, connection: string, count = 1): void {
    const key = `${measure}\n${machine}\n${eventType}\n${connection}`;
    const found = this.#counts.get(key);
    if (found) found.count += count;
    else this.#counts.set(key, { measure, machine, eventType, connection, count });
  }

  /** All that are not zero, in a stable order. */
  all(): Count[] {
    return [...this.#counts.values()].filter((one) => one.count !== 0);
  }
}
