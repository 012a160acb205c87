// Which rare branches a run has really been through, by the tables, the logs, the clients' history and the proxies: a batch that misses some proves less than it says.
import { type Evidence, groupBy } from './checker/evidence.ts';
import type { Rig } from './rig.ts';

export type Sometimes = Record<string, number>;

export function observe(rig: Rig, evidence: Evidence): Sometimes {
  return { ...fromHistory(evidence), ...fromTables(evidence), ...fromLogs(rig), ...fromNetwork(rig) };
}

export function addUp(total: Sometimes, more: Sometimes): void {
  for (const [name, count] of Object.entries(more)) total[name] = (total[name] ?? 0) + count;
}

/** Must be hit in any batch of so many seeds; NATS has branches of its own. */
export function missedOf(total: Sometimes, seeds: number, nats: boolean): string[] {
  const wanted = [
    ...(seeds >= 3 ? always : []),
    ...(seeds >= 20 ? often : []),
    ...(seeds >= 20 && nats ? oftenWithNats : []),
    ...(seeds >= 100 ? rarely : []),
  ];
  return wanted.filter((name) => !total[name]);
}

const always = [
  'dup_hit',
  'fingerprint_conflict',
  'parked_then_released',
  'create_race',
  'poison',
  'echo',
  'lock_wait',
];
const often = [
  'parked_expired',
  'commit_unknown',
  'client_error_event',
  'conn_destroyed_busy',
  'retry_after',
  'ambiguous_resolved',
  'lease_expired',
  'contradicted',
  'conflict',
  'superseded',
  'auth_circuit',
  'circuit_half_open',
];
const oftenWithNats = ['amnesia_redrive', 'forged_result', 'bus_poison', 'concurrent_same_delivery'];
const rarely = ['stale_owner_rejected', 'reverted', 'dead'];

function fromHistory({ operations }: Evidence): Sometimes {
  const heard = operations.flatMap((one) => one.heard);
  const crowd = operations.filter((one) => one.id.startsWith('crowd-')).flatMap((one) => one.heard);
  const rush = operations.filter((one) => one.id.startsWith('rush-')).flatMap((one) => one.heard);
  const unknown = (pattern: RegExp): number =>
    operations.reduce(
      (sum, one) =>
        sum + Object.entries(one.reasons).reduce((part, [why, count]) => part + (pattern.test(why) ? count : 0), 0),
      0,
    );
  return {
    dup_hit: heard.filter((one) => one.disposition === 'duplicate').length,
    fingerprint_conflict: heard.filter((one) => one.code === 'same_id_other_body').length,
    create_race: crowd.filter((one) => one.disposition !== 'applied').length,
    lock_wait: rush.filter((one) => one.disposition !== 'applied').length,
    poison: operations.filter((one) => one.intent === 'poison' && one.heard.some(({ status }) => status >= 400)).length,
    shed: unknown(/overloaded/),
    unanswered: operations.reduce((sum, one) => sum + one.unknown, 0),
  };
}

function fromTables({ tables, operations }: Evidence): Sometimes {
  const said = new Map(
    operations.flatMap((one) => one.heard.flatMap((heard) => (heard.event ? [[heard.event, heard] as const] : []))),
  );
  const attempts = groupBy(tables.attempt, (row) => `${row.writeback_id} ${row.attempt}`);
  const outcomes = (kind: string): number => tables.attempt.filter((row) => row.outcome === kind).length;
  const ambiguous = new Set(tables.attempt.filter((row) => row.outcome === 'ambiguous').map((row) => row.writeback_id));
  return {
    parked_then_released: tables.event.filter(
      (row) => row.disposition === 'applied' && said.get(row.id)?.disposition === 'parked',
    ).length,
    parked_expired: tables.incident.filter((row) => row.kind === 'event_expired').length,
    echo: tables.event.filter((row) => row.disposition === 'echo').length,
    retry_after: outcomes('rate_limited'),
    ambiguous_resolved: tables.writeback.filter((row) => ambiguous.has(row.id) && row.status === 'confirmed').length,
    lease_expired: outcomes('lost'),
    auth_circuit: outcomes('unauthorised'),
    conflict: outcomes('conflict'),
    contradicted: tables.writeback.filter((row) => row.contradictions > 0).length,
    superseded: tables.writeback.filter((row) => row.status === 'superseded').length,
    reverted: tables.writeback.filter((row) => row.cause === 'revert').length,
    dead: tables.writeback.filter((row) => row.status === 'dead').length,
    concurrent_same_delivery: [...attempts.values()].filter((rows) => rows.length > 1).length,
    stale_owner_rejected: [...attempts.values()].filter(
      (rows) => rows[0]?.outcome === 'lost' && rows.some((row) => row.outcome !== 'lost'),
    ).length,
  };
}

const phrases: readonly (readonly [name: string, phrase: string])[] = [
  ['amnesia_redrive', 'NATS lost its memory'],
  ['circuit_half_open', 'circuit half open'],
  ['forged_result', 'an attempt that was never made'],
  ['bus_poison', 'dropped a malformed message'],
  ['publish_failed', 'a command could not be published'],
];

function fromLogs(rig: Rig): Sometimes {
  const logs = rig.children.map((child) => child.log()).join('\n');
  return {
    ...Object.fromEntries(phrases.map(([name, phrase]) => [name, logs.split(phrase).length - 1])),
    // Backends died while our processes held them, and the processes went on.
    client_error_event: rig.ground.postgres.log().split(/terminating connection|was terminated by signal/).length - 1,
  };
}

function fromNetwork(rig: Rig): Sometimes {
  const struck = (suffix: RegExp, name: string): number =>
    [...rig.proxies].reduce((sum, [of, proxy]) => sum + (suffix.test(of) ? (proxy.struck()[name] ?? 0) : 0), 0);
  return {
    commit_unknown: struck(/-postgres$/, 'drop_reply'),
    conn_destroyed_busy: struck(/-postgres$/, 'given_up'),
    request_doubled: struck(/^(core|greenhouse)/, 'duplicate'),
  };
}
