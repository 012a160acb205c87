// What is stuck, since when, why and whose turn it is, in words.
import type { Position } from '../../core/cursor.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName } from '../../core/machine/definition.ts';
import type { Tx } from '../../store/database/database.ts';
import { inOneSnapshot, inSnapshot } from '../../store/reports/snapshot.ts';
import {
  groupStuck,
  listStuck,
  type StateKey,
  type StuckFilter,
  type StuckGroup,
  type StuckRow,
} from '../../store/reports/stuck.ts';
import { type StuckCause, stuckCauses } from '../../store/reports/stuck-sources.ts';
import type { Context } from '../context.ts';
import { statesWithin } from './states-within.ts';

export interface Stuck {
  id: string;
  cause: StuckCause;
  code: string;
  detail: string;
  subject: string | null;
  machine: string | null;
  state: string | null;
  region: string | null;
  /** The requisition's. */
  businessUnit: string | null;
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

export interface StuckConditions {
  cause?: StuckCause | undefined;
  machine?: MachineName | undefined;
  /** A state, or a region with all its states: `active.screening`. */
  state?: string | undefined;
  owner?: string | undefined;
  connection?: string | undefined;
  subject?: string | undefined;
  region?: string | undefined;
  businessUnit?: string | undefined;
  /** Only what has been so for as long as this. */
  ageMinMs?: number | undefined;
}

export interface StuckQuery extends StuckConditions {
  after: Position | null;
  rowsMax: number;
}

export interface StuckPage {
  items: Stuck[];
  next: Position | null;
  /** Of each cause under the same filter, whatever cause it names. */
  totals: Record<StuckCause, number>;
  /** For each owner under the same filter, whatever owner it names; the most first. */
  owners: { owner: string; count: number }[];
}

/** Longer than one lease and its repetition, or tried more than once: something is in the way. */
const bounds = { slowMs: 2 * limits.leaseMs, triesMin: 2 };

/** One page, oldest first, and how many there are of each cause and for each owner. */
export async function readStuck(
  context: Pick<Context, 'database' | 'machines'>,
  { after, rowsMax, ...conditions }: StuckQuery,
): Promise<StuckPage> {
  const filter = filterOf(context, conditions);
  const [rows, counted] = await inOneSnapshot(
    context.database,
    (tx) => listStuck(tx, bounds, filter, after, rowsMax + 1),
    (tx) => sums(context, tx, conditions, filter),
  );
  const page = rows.slice(0, rowsMax);
  const last = page.at(-1);
  return {
    items: page.map((row) => describe(context, row)),
    next: rows.length > rowsMax && last ? { at: last.since, id: last.id } : null,
    ...counted,
  };
}

/** The oldest under the filter, all of one moment; `more` when some were left. */
export async function readAllStuck(
  context: Pick<Context, 'database' | 'machines'>,
  conditions: StuckConditions,
  rowsMax: number,
): Promise<{ items: Stuck[]; more: boolean }> {
  const rows = await inSnapshot(context.database.reports, (tx) =>
    listStuck(tx, bounds, filterOf(context, conditions), null, rowsMax + 1),
  );
  return { items: rows.slice(0, rowsMax).map((row) => describe(context, row)), more: rows.length > rowsMax };
}

/** One query per cause gives both sums: each leaves its own condition out. */
async function sums(
  context: Pick<Context, 'machines'>,
  tx: Tx,
  { cause, owner }: StuckConditions,
  filter: StuckFilter,
): Promise<Pick<StuckPage, 'totals' | 'owners'>> {
  const totals = Object.fromEntries(stuckCauses.map((one) => [one, 0])) as Record<StuckCause, number>;
  const owners = new Map<string, number>();
  for (const group of await groupStuck(tx, bounds, { ...filter, owner: undefined })) {
    const turn = ownerOf(context, group);
    if (owner === undefined || turn === owner) totals[group.cause] += group.count;
    if (cause === undefined || group.cause === cause) owners.set(turn, (owners.get(turn) ?? 0) + group.count);
  }
  return {
    totals,
    owners: [...owners]
      .map(([name, count]) => ({ owner: name, count }))
      .sort((a, b) => b.count - a.count || (a.owner < b.owner ? -1 : 1)),
  };
}

const filterOf = (
  context: Pick<Context, 'machines'>,
  { owner, state, businessUnit, ...rest }: StuckConditions,
): StuckFilter => ({
  ...rest,
  unit: businessUnit,
  ...(state === undefined ? {} : { states: statesWithin(context, rest.machine, state) }),
  ...(owner === undefined ? {} : { owner: { name: owner, states: statesOf(context, owner) } }),
});

/** Who acts where nothing says it. */
const somebody = 'recruiting operations';

const ownerOf = (context: Pick<Context, 'machines'>, group: StuckGroup): string =>
  group.owner ??
  metaOf(context, { machine: group.machine, machine_version: group.version, state: group.state })?.owner ??
  somebody;

function statesOf(context: Pick<Context, 'machines'>, owner: string): StateKey[] {
  return context.machines
    .all()
    .flatMap((machine) =>
      [...machine.leaves.values()]
        .filter((state) => state.meta.owner === owner)
        .map((state) => ({ machine: machine.name, version: machine.version, state: state.path })),
    );
}

function describe(context: Pick<Context, 'machines'>, row: StuckRow): Stuck {
  const meta = metaOf(context, row);
  const owner = row.owner ?? meta?.owner ?? somebody;
  return {
    id: row.id,
    cause: row.cause,
    code: row.code,
    detail: words(row, owner),
    subject: row.subject_id,
    machine: row.machine,
    state: row.state,
    region: row.region,
    businessUnit: row.business_unit,
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

function metaOf(
  context: Pick<Context, 'machines'>,
  row: Pick<StuckRow, 'machine' | 'machine_version' | 'state'>,
): { owner: string; sla: string | null } | undefined {
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
