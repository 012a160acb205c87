// What is stuck, since when, why and whose turn it is, in words.
import type { Position } from '../core/cursor.ts';
import { limits } from '../core/limits.ts';
import { inSnapshot } from '../store/reports/snapshot.ts';
import { countStuck, listStuck, type StateKey, type StuckFilter, type StuckRow } from '../store/reports/stuck.ts';
import type { StuckCause } from '../store/reports/stuck-sources.ts';
import type { Context } from './context.ts';

export interface Stuck {
  id: string;
  cause: StuckCause;
  code: string;
  detail: string;
  subject: string | null;
  machine: string | null;
  state: string | null;
  owner: string;
  since: string;
  ageMs: number;
  connection: string | null;
  writeback: string | null;
  incident: string | null;
  event: string | null;
  /** Writebacks that wait behind this one in its lane. */
  behind: number;
  /** The state's own deadline; null where it has none. */
  sla: { duration: string; dueAt: string } | null;
}

export interface StuckQuery {
  cause?: StuckCause | undefined;
  machine?: string | undefined;
  owner?: string | undefined;
  connection?: string | undefined;
  after: Position | null;
  rowsMax: number;
}

/** One page, oldest first, and how many there are of each cause. */
export async function readStuck(
  context: Context,
  query: StuckQuery,
): Promise<{ items: Stuck[]; next: Position | null; totals: Record<StuckCause, number> }> {
  const { owner, after, rowsMax, ...rest } = query;
  const filter: StuckFilter = {
    ...rest,
    ...(owner === undefined ? {} : { owner: { name: owner, states: statesOf(context, owner) } }),
  };
  // Longer than one lease and its repetition, or tried more than once: something is in the way.
  const bounds = { slowMs: 2 * limits.leaseMs, triesMin: 2 };
  return inSnapshot(context.database.reports, async (tx) => {
    const rows = await listStuck(tx, bounds, filter, after, rowsMax + 1);
    const page = rows.slice(0, rowsMax);
    const last = page.at(-1);
    return {
      items: page.map((row) => describe(context, row)),
      next: rows.length > rowsMax && last ? { at: last.since, id: last.id } : null,
      totals: await countStuck(tx, bounds, filter),
    };
  });
}

function statesOf(context: Context, owner: string): StateKey[] {
  return context.machines
    .all()
    .flatMap((machine) =>
      [...machine.leaves.values()]
        .filter((state) => state.meta.owner === owner)
        .map((state) => ({ machine: machine.name, version: machine.version, state: state.path })),
    );
}

function describe(context: Context, row: StuckRow): Stuck {
  const meta = metaOf(context, row);
  const owner = row.owner ?? meta?.owner ?? 'recruiting operations';
  return {
    id: row.id,
    cause: row.cause,
    code: row.code,
    detail: words(row, owner),
    subject: row.subject_id,
    machine: row.machine,
    state: row.state,
    owner,
    since: row.since,
    ageMs: Math.max(0, Math.round(row.age_ms)),
    connection: row.connection_id,
    writeback: row.writeback_id,
    incident: row.incident_id,
    event: row.event_id,
    behind: row.behind,
    sla: row.sla_due_at && meta?.sla ? { duration: meta.sla, dueAt: row.sla_due_at } : null,
  };
}

function metaOf(context: Context, row: StuckRow): { owner: string; sla: string | null } | undefined {
  if (row.machine === null || row.machine_version === null || row.state === null) return undefined;
  if (!context.machines.has(row.machine, row.machine_version)) return undefined;
  return context.machines.get(row.machine, row.machine_version).leaves.get(row.state)?.meta;
}

function words(row: StuckRow, owner: string): string {
  const queue = row.behind > 0 ? `; ${row.behind} more ${row.behind === 1 ? 'waits' : 'wait'} behind it` : '';
  const say = sentences[row.code];
  return `${say ? say(row.connection_id ?? 'the system', row.extra, owner) : row.code.replaceAll('_', ' ')}${queue}`;
}

/** One sentence per code: the connection, what the row adds, and whose turn it is. */
const sentences: Readonly<Record<string, (connection: string, extra: string | null, owner: string) => string>> = {
  late: (_connection, _extra, owner) => `${owner} should have acted by now`,
  dead: (connection, extra) =>
    `Writing to ${connection} was given up (${extra ?? 'no reason kept'}); redrive or waive it`,
  lane_held: (connection, extra) =>
    `Nothing is written to ${connection}: the lane is held (${extra ?? 'no reason kept'})`,
  connection_paused: (connection) => `${connection} is paused`,
  connection_removed: (connection) => `${connection} was removed; waive what was meant for it`,
  circuit_open: (connection, extra) => `${connection} takes nothing now (${extra ?? 'it failed too often'})`,
  rate_limited: (connection) => `${connection} asked us to wait`,
  not_shown_yet: (connection) => `${connection} took the change and does not show it yet`,
  retrying: (connection) => `Writing to ${connection} failed and is tried again`,
  slow: (connection) => `${connection} has not shown the change yet`,
  divergence: (connection, extra) => `${connection} shows ${extra ?? 'a stage that maps to no state'}`,
  turn: (_connection, extra) => `"${extra ?? 'an event'}" came early; the event that must come before it is missing`,
  subject: (_connection, extra) => `"${extra ?? 'an event'}" came for a subject that nobody has told us of yet`,
  probe: (connection, extra) =>
    `${connection} said "${extra ?? 'something'}", which is no legal next step; it is asked what it shows now`,
  field_conflict: (connection) =>
    `${connection} wrote an element against its rule; a person decides which value counts`,
  event_expired: () => 'An event waited in vain for the one before it',
  fingerprint_conflict: () => 'A sender used one id for two different events',
  duplicate_profile: () => 'A system may hold the same person twice',
  quarantined_event: () => 'A payload could not be understood and is kept',
};
