// How every connection does, from one moment of the database: what came, what waits, what was shown, and what somebody should look at.
import { type CountedAgreement, latestAgreement } from '../../store/counts/agreement-hours.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type Confirmed,
  type CountedHours,
  countedHours,
  type Heard,
  heardOf,
  lastConfirmed,
  type OpenWrites,
  openIncidentsOf,
  openWritesOf,
  quarantinedOf,
  type Watched,
  watchedOf,
} from '../../store/reports/connection-health.ts';
import { type LastFile, lastFiles } from '../../store/reports/files.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { MissingMapping } from '../../store/schema/reconcile.ts';
import type { Context } from '../context.ts';
import { type Agreement, agreementOf } from '../reports/current-agreement.ts';
import { type ConnectionView, readConnections } from './read-connections.ts';

/** Hours that counts are about. */
export const healthHours = 24;
/** The newest attempts, of which is told how long it took until their writes were shown. */
const attemptsMax = 2_000;
const quarantinedMax = 20;

/** `bad`: writing stands still, or was given up; `warn`: somebody should look; `paused`: a person wanted it so. */
export type HealthState = 'good' | 'warn' | 'bad' | 'paused';

export interface Worry {
  code:
    | 'circuit_open'
    | 'credentials_refused'
    | 'rate_limited'
    | 'given_up'
    | 'mapping_gone'
    | 'polling_stale'
    | 'file_trouble'
    | 'unmapped_stage'
    | 'quarantined'
    | 'unknown_fields'
    | 'catalogue_unread'
    | 'secrets_rotating'
    | 'disagrees';
  severity: 'bad' | 'warn';
  /** How many it is about; 1 where that says nothing. */
  count: number;
}

export interface Percentiles {
  p50: number;
  p95: number;
}

export interface ConnectionHealth {
  connection: ConnectionView;
  state: HealthState;
  worries: Worry[];
  /** To the second within the last hour, else the hour; null when nothing came within `healthHours`. */
  lastEventAt: string | null;
  events: number;
  /** From what the sender says to its arrival, ms, of the events of the last hour. */
  lagMs: Percentiles | null;
  lastConfirmedAt: string | null;
  confirmed: number;
  /** Confirmed, of those that were confirmed, given up or waived within `healthHours`. */
  confirmedRate: number | null;
  /** From acceptance to the moment it was shown, ms, of the latest that were. */
  shownAfterMs: Percentiles | null;
  waiting: number;
  onTheirWay: number;
  dead: number;
  oldestWaitingAt: string | null;
  circuitUntil: string | null;
  blockedUntil: string | null;
  polledAt: string | null;
  pollFailure: string | null;
  /** Of a system that exchanges files: when the last one came or went, and what became of it. */
  lastFile: { side: 'in' | 'out'; state: string; at: string } | null;
  sweptAt: string | null;
  rounds: number;
  catalogueReadAt: string | null;
  catalogueChangedAt: string | null;
  missing: MissingMapping[];
  goneStates: string[];
  lanesGone: number;
  unknownFields: number;
  unknownStages: string[];
  tokenUntil: string | null;
  /** As it was counted last, with when. */
  agreement: (Agreement & { countedAt: string }) | null;
}

/** All that are not removed, in the order of their names. */
export async function readConnectionHealth(context: Context): Promise<ConnectionHealth[]> {
  const connections = await readConnections(context);
  return inSnapshot(context.database.reports, async (tx) => {
    const facts = await gather(tx);
    return connections.map((one) => healthOf(one, facts));
  });
}

/** One of them, with the payloads that nobody understood. Null when there is none of that name, or it was removed. */
export async function readOneHealth(
  context: Context,
  id: string,
): Promise<(ConnectionHealth & { quarantine: { id: string; code: string | null; receivedAt: string }[] }) | null> {
  const health = (await readConnectionHealth(context)).find((one) => one.connection.id === id);
  if (!health) return null;
  const rows = await quarantinedOf(context.database.reports, id, quarantinedMax);
  return { ...health, quarantine: rows.map((row) => ({ id: row.id, code: row.code, receivedAt: row.received_at })) };
}

interface Facts {
  heard: Map<string, Heard>;
  open: Map<string, OpenWrites>;
  counted: Map<string, CountedHours>;
  confirmed: Map<string, Confirmed>;
  watched: Map<string, Watched>;
  agreement: Map<string, CountedAgreement>;
  incidents: Map<string, { kind: string; count: number; stages: string[] }[]>;
  files: Map<string, LastFile>;
}

async function gather(tx: Tx): Promise<Facts> {
  const incidents: Facts['incidents'] = new Map();
  for (const one of await openIncidentsOf(tx))
    incidents.set(one.connection_id, [...(incidents.get(one.connection_id) ?? []), one]);
  return {
    heard: byConnection(await heardOf(tx)),
    counted: byConnection(await countedHours(tx, healthHours)),
    open: byConnection(await openWritesOf(tx)),
    confirmed: byConnection(await lastConfirmed(tx, attemptsMax)),
    watched: byConnection(await watchedOf(tx)),
    files: byConnection(await lastFiles(tx)),
    agreement: byConnection(await latestAgreement(tx)),
    incidents,
  };
}

const byConnection = <Row extends { connection_id: string }>(rows: readonly Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [row.connection_id, row]));

function healthOf(connection: ConnectionView, facts: Facts): ConnectionHealth {
  const { id } = connection;
  const [heard, open, watched] = [facts.heard.get(id), facts.open.get(id), facts.watched.get(id)];
  const [counted, shown, agreement] = [facts.counted.get(id), facts.confirmed.get(id), facts.agreement.get(id)];
  const incidents = facts.incidents.get(id) ?? [];
  const file = facts.files.get(id);
  const health: Omit<ConnectionHealth, 'state' | 'worries'> = {
    connection,
    lastEventAt: heard?.last_at ?? counted?.heard_hour ?? null,
    events: counted?.events ?? 0,
    lagMs: percentilesOf(heard?.lag_ms),
    lastConfirmedAt: shown?.confirmed_at ?? counted?.confirmed_hour ?? null,
    confirmed: counted?.confirmed ?? 0,
    confirmedRate: counted ? rateOf(counted) : null,
    shownAfterMs: percentilesOf(shown?.shown_ms),
    waiting: open?.waiting ?? 0,
    onTheirWay: open?.leased ?? 0,
    dead: open?.dead ?? 0,
    oldestWaitingAt: open?.oldest_at ?? null,
    circuitUntil: watched?.circuit_until ?? null,
    blockedUntil: watched?.blocked_until ?? null,
    polledAt: watched?.polled_at ?? null,
    pollFailure: watched?.poll_failure ?? null,
    lastFile: file ? { side: file.side, state: file.state, at: file.at.toISOString() } : null,
    sweptAt: watched?.round_ended_at ?? null,
    rounds: watched?.rounds ?? 0,
    catalogueReadAt: watched?.catalogue_read_at ?? null,
    catalogueChangedAt: watched?.catalogue_changed_at ?? null,
    missing: watched?.missing ?? [],
    goneStates: watched?.gone_states ?? [],
    lanesGone: open?.lanes_gone ?? 0,
    unknownFields: watched?.unknown_fields ?? 0,
    unknownStages: incidents.flatMap((one) => one.stages),
    tokenUntil: watched?.token_until ?? null,
    agreement: agreement ? { ...agreementOf(agreement), countedAt: agreement.counted_at } : null,
  };
  const worries = worriesOf(health, (watched?.catalogue_failures ?? 0) > 0, incidents);
  return { ...health, worries, state: stateOf(connection, worries) };
}

const percentilesOf = (values: readonly number[] | undefined): Percentiles | null =>
  values ? { p50: values[0] ?? 0, p95: values[1] ?? 0 } : null;

/** A redrive takes a given up one out of the count, so that may fall below none. */
function rateOf({ confirmed, dead, waived }: CountedHours): number | null {
  const ended = confirmed + Math.max(0, dead) + Math.max(0, waived);
  return ended === 0 ? null : confirmed / ended;
}

function worriesOf(
  health: Omit<ConnectionHealth, 'state' | 'worries'>,
  catalogueUnread: boolean,
  incidents: readonly { kind: string; count: number }[],
): Worry[] {
  const { connection } = health;
  const open = (kind: string): number => incidents.find((one) => one.kind === kind)?.count ?? 0;
  const refused = connection.circuitReason === 'unauthorised';
  const all: Worry[] = [
    { code: 'credentials_refused', severity: 'bad', count: Number(refused && connection.circuit !== 'closed') },
    { code: 'circuit_open', severity: 'bad', count: Number(!refused && connection.circuit !== 'closed') },
    { code: 'given_up', severity: 'bad', count: health.dead },
    { code: 'mapping_gone', severity: 'bad', count: health.missing.length },
    { code: 'polling_stale', severity: 'bad', count: open('polling_stale') },
    { code: 'file_trouble', severity: 'bad', count: open('file_trouble') },
    { code: 'rate_limited', severity: 'warn', count: Number(health.blockedUntil !== null) },
    { code: 'unmapped_stage', severity: 'warn', count: open('unmapped_stage') },
    { code: 'quarantined', severity: 'warn', count: open('quarantined_event') },
    { code: 'disagrees', severity: 'warn', count: health.agreement?.open ?? 0 },
    { code: 'catalogue_unread', severity: 'warn', count: Number(catalogueUnread) },
    { code: 'unknown_fields', severity: 'warn', count: health.unknownFields },
    { code: 'secrets_rotating', severity: 'warn', count: Number(connection.rotating) },
  ];
  return all.filter((one) => one.count > 0);
}

function stateOf(connection: ConnectionView, worries: readonly Worry[]): HealthState {
  if (connection.status === 'paused') return 'paused';
  if (worries.some((one) => one.severity === 'bad')) return 'bad';
  return worries.length > 0 ? 'warn' : 'good';
}
