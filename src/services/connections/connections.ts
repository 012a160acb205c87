// The configured connections, ready for use: settings checked by their adapter, kept in memory, fresh in every transaction.
import type { Adapter } from '../../adapters/port.ts';
import { findAdapter } from '../../adapters/registry.ts';
import type { Dictionary } from '../../core/dictionary/dictionary.ts';
import { limits } from '../../core/limits.ts';
import type { MachineName, SystemKind } from '../../core/machine/definition.ts';
import type { ConnectionRow, ConnectionWave } from '../../store/connections/connections.ts';
import type { Db } from '../../store/database/database.ts';
import type { Records } from '../../store/engine/records.ts';
import type { ConnectionDirection, ConnectionScope, ConnectionWorker } from '../../store/schema/schema.ts';
import { regionsWithStages, settingsIn } from './system-settings.ts';

export interface Connection {
  id: string;
  adapter: Adapter;
  kind: SystemKind;
  settings: unknown;
  /** The settings with the stages of a region; absent where no region has any of its own. */
  regionalSettings?: ReadonlyMap<string, unknown>;
  scope: ConnectionScope;
  /** Commands that may be on their way at once. */
  concurrency: number;
  /** Requests to the vendor; null: as many as come. */
  rate: { requests: number; perMs: number } | null;
  /** The share of that which may go into reading what the system shows. */
  sweepShare: number;
  /** Who carries its commands out. */
  worker: ConnectionWorker;
  /** `in`: nothing is ever written there. `out`: nothing that it says is taken for a cause. */
  direction: ConnectionDirection;
  /** Null where it is simply live. */
  wave: ConnectionWave | null;
  status: 'active' | 'paused';
  circuit: 'closed' | 'open' | 'half_open';
  /** Rate limited by the vendor at the moment of reading. */
  blocked: boolean;
  /** States that need a stage or a field which the vendor has no more: what leads there is held. */
  gone: readonly string[];
  /** When its settings last changed. */
  changedAt: Date;
  /** What it proves itself with at the vendor, under the master key; null where it has none. */
  sealedSecrets: Buffer | null;
}

/** Whom a transition concerns: the attributes that a connection's scope is about. */
export interface Audience {
  machine: MachineName;
  region: string | null;
  businessUnit: string | null;
  requisitionType: string | null;
}

export interface Connections {
  /** All that are not removed, as the given transaction sees them. */
  load(db: Db): Promise<Connection[]>;
}

/** With what was read last: whoever may know them a moment late asks nobody while others read them all the time. */
export interface RememberedConnections extends Connections {
  /** As they are, or were at most `ageMs` ago. */
  recent(db: Db, ageMs: number): Promise<ReadonlyMap<string, Connection>>;
}

/** `elapsed`: ms of a clock that does not jump. Only answers are shared: nobody waits for, or fails with, what a transaction of others reads. */
export function rememberConnections(connections: Connections, elapsed: () => number): RememberedConnections {
  type Known = { list: Connection[]; all: ReadonlyMap<string, Connection>; askedAt: number };
  let known: Known | null = null;
  let asked: { answer: Promise<Known>; askedAt: number } | null = null;
  const read = async (db: Db): Promise<Known> => {
    const askedAt = elapsed();
    const list = await connections.load(db);
    const found = { list, all: new Map(list.map((one) => [one.id, one])), askedAt };
    // Who asked later knows better, though she may have been answered before.
    if (known === null || askedAt >= known.askedAt) known = found;
    return found;
  };
  return {
    load: async (db) => (await read(db)).list,
    async recent(db, ageMs) {
      const after = elapsed() - ageMs;
      if (known && known.askedAt > after) return known.all;
      if (!asked || asked.askedAt <= after) {
        const mine = { answer: read(db), askedAt: elapsed() };
        mine.answer.catch(() => {
          if (asked === mine) asked = null;
        });
        asked = mine;
      }
      return (await asked.answer).all;
    },
  };
}

/** Parsing settings is the dear part, so it is kept per (connection, moment of its last change). */
export function createConnections(list: Records['listConnections'], dictionary: Dictionary): Connections {
  const parsed = new Map<string, Settled & { changedAt: number }>();
  const settle = (row: ConnectionRow): Settled => {
    const known = parsed.get(row.id);
    if (known && known.changedAt === row.updated_at.getTime()) return known;
    const adapter = findAdapter(row.adapter);
    const regional = regionsWithStages(dictionary, adapter, row.scope).map(
      (region) => [region, settingsIn(dictionary, adapter, row.settings, region)] as const,
    );
    const fresh = {
      changedAt: row.updated_at.getTime(),
      adapter,
      settings: settingsIn(dictionary, adapter, row.settings, null),
      ...(regional.length === 0 ? {} : { regionalSettings: new Map(regional) }),
    };
    parsed.set(row.id, fresh);
    return fresh;
  };
  return {
    load: async (db) =>
      (await list(db)).map((row) => ({
        id: row.id,
        ...settle(row),
        kind: row.kind as SystemKind,
        scope: row.scope,
        ...paceOf(row),
        worker: row.worker,
        direction: row.direction,
        wave: row.wave ?? null,
        status: row.status as 'active' | 'paused',
        circuit: row.circuit,
        blocked: row.blocked,
        gone: row.gone_states,
        changedAt: row.updated_at,
        sealedSecrets: row.secrets_current,
      })),
  };
}

type Settled = Pick<Connection, 'adapter' | 'settings' | 'regionalSettings'>;

/** The settings that hold for a subject of that region. */
export const settingsFor = (
  { settings, regionalSettings }: Pick<Connection, 'settings' | 'regionalSettings'>,
  region: string | null,
): unknown => (region === null ? undefined : regionalSettings?.get(region)) ?? settings;

/** True when a transition of this audience into `state` must show at the connection. */
export function subscribes(connection: Connection, audience: Audience, state: string): boolean {
  const { scope } = connection;
  return (
    connection.direction !== 'in' &&
    within(scope.machines, audience.machine) &&
    within(scope.regions, audience.region) &&
    within(scope.businessUnits, audience.businessUnit) &&
    within(scope.requisitionTypes, audience.requisitionType) &&
    connection.adapter.shows(settingsFor(connection, audience.region), audience.machine, state)
  );
}

/** False while the connection is only watched, or its pilot is about others: what would be written is noted instead. */
export function writesTo({ wave }: Pick<Connection, 'wave'>, audience: Audience): boolean {
  if (wave === null || wave.phase === 'live') return true;
  return (
    wave.phase === 'pilot' &&
    within(wave.pilot.regions, audience.region) &&
    within(wave.pilot.businessUnits, audience.businessUnit) &&
    within(wave.pilot.requisitionTypes, audience.requisitionType)
  );
}

const within = (allowed: readonly string[] | undefined, value: string | null): boolean =>
  allowed === undefined || (value !== null && allowed.includes(value));

/** What the vendor allows: as the connection says, else as the adapter knows. */
export function paceOf(
  row: Pick<ConnectionRow, 'adapter' | 'pace'>,
): Pick<Connection, 'concurrency' | 'rate' | 'sweepShare'> {
  const { capabilities } = findAdapter(row.adapter);
  const { concurrency, requests, perMs, sweepShare } = row.pace;
  return {
    concurrency: concurrency ?? capabilities.concurrency,
    rate: requests !== undefined && perMs !== undefined ? { requests, perMs } : capabilities.rateLimit,
    sweepShare: sweepShare ?? limits.sweepShare,
  };
}
