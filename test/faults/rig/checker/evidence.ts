// What the checker judges: the client's own history, the vendors' own logs and state, and the tables; nothing that the system says of itself.
import type { WriteLogEntry } from '../../../../src/sandbox/kernel/write-log.ts';
import { greenhouseStages } from '../../../support/hiring-office.ts';
import type { Operation } from '../history.ts';
import type { Tables } from '../tables.ts';

export interface Evidence {
  tables: Tables;
  operations: readonly Operation[];
  /** Source in our tables (`client:…`) of each client. */
  sources: Readonly<Record<Operation['client'], string>>;
  greenhouse: { log: readonly WriteLogEntry[]; places: ReadonlyMap<string, string> };
  /** `key`: our subject's id as written there. */
  bamboohr: readonly { id: string; key: string | null; status: string | null }[];
  /** Webhooks answered as received that must be on record, by connection. */
  received: readonly { source: string; externalId: string }[];
  /** Webhooks that their vendor gave up: what they said is not held against anybody. */
  webhooksLost: number;
  /** Processes that ended by themselves, in words. */
  deaths: readonly string[];
  /** False when not everything had ended within the time allowed. */
  settled: boolean;
  /** How long a read may show the old value, ms. */
  readLagMs: number;
  /** The run could not do half of what it tried. */
  successShare: number;
}

export interface Finding {
  invariant: string;
  detail: string;
}

/** One rule: everything in the evidence that breaks it. */
export type Rule = (evidence: Evidence) => string[];

/** Where Greenhouse shows a state; null for one that it has no place for. */
export function placeOf(state: string): string | null {
  if (state === 'hired' || state === 'rejected') return state;
  if (state === 'withdrawn') return 'rejected';
  const region = Object.entries(greenhouseStages).find(([name]) => state === name || state.startsWith(`${name}.`));
  return region?.[1] ?? null;
}

/** What BambooHR is told: null where it is not told anything. */
export const toldBamboo = (state: string): boolean => ['active.offer.accepted', 'hired', 'withdrawn'].includes(state);

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Our subject of each Greenhouse application. */
export const subjectsByApplication = ({ tables }: Evidence): Map<string, string> =>
  new Map(
    tables.subject_ref
      .filter((ref) => ref.system === 'greenhouse' && ref.machine === 'application')
      .map((ref) => [ref.external_id, ref.subject_id]),
  );
