// What every measurement of recovery needs: a rig, a caller who notes how long each answer took, and a look into the tables.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground } from '../rig/ground.ts';
import { withClient } from '../rig/postgres.ts';
import { openRig, type Rig, type RigOptions } from '../rig/rig.ts';

/** One line of the table. `ms` is infinite for what never came; without a limit it is only noted. */
export interface Measured {
  /** Becomes a key of the report's figures. */
  key: string;
  goal: string;
  limitMs: number | null;
  ms: number;
}

export interface Scenario {
  name: string;
  /** Why it cannot be measured on this machine, or null. */
  missing?(): string | null;
  measure(ground: Ground): Promise<Measured[]>;
}

interface Call {
  sentAt: number;
  endedAt: number;
  status: number;
}

export interface Probe {
  /** ms from `since` until the end of the first call that was sent after it and taken. */
  firstTaken(since: number, withinMs: number): Promise<number>;
  /** The longest that a call took which was sent in between, answered or not. */
  longest(since: number, until: number): number;
  /** ms from `since` until the last call failed that had been sent by then or later; 0 when none did. */
  lastFailure(since: number): number;
  stop(): Promise<void>;
}

export interface Bench {
  rig: Rig;
  /** So many applications that Greenhouse has told of, and on which nothing is under way any more; gives their ids there. */
  applicants(count: number): Promise<string[]>;
  /** Posts an event about an application past the proxies, until it is taken. */
  post(ref: string, type: string): Promise<void>;
  /** ms from `since` until all of these applications' writes of the event are confirmed. */
  confirmed(refs: readonly string[], type: string, since: number, withinMs: number): Promise<number>;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Somebody who posts an event every 40 ms, until the end of the measurement at the latest. */
  probe(): Promise<Probe>;
}

export const never = Number.POSITIVE_INFINITY;
const patienceMs = 14_000;

export async function withBench<T>(options: Omit<RigOptions, 'seed'>, work: (bench: Bench) => Promise<T>): Promise<T> {
  await using rig = await openRig({ cores: 1, workers: 1, seed: 1, ...options });
  const query: Bench['query'] = (text, values = []) =>
    withClient(rig.databaseUrl, async (client) => (await client.query(text, values)).rows as never);
  const token = await rig.token('ats', 0);
  const core = rig.cores[0];
  if (!core) throw new Error('The rig has no core');
  const send = async (event: object): Promise<number> => {
    const answer = await fetch(`${core.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ occurredAt: '2026-11-02T09:00:00Z', ...event }),
      signal: AbortSignal.timeout(patienceMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  let serial = 0;
  const probes: Probe[] = [];
  const bench: Bench = {
    rig,
    query,
    async applicants(count) {
      const refs = Array.from({ length: count }, () => rig.vendors.greenhouse.createApplication());
      const known = async (): Promise<boolean> =>
        (await query('select from subject_ref where external_id = any($1)', [refs])).length >= count &&
        (await query(`select from writeback where status in ('ready', 'leased')`)).length === 0;
      if ((await since(performance.now(), known, 60_000)) === never) throw new Error('Applications did not arrive');
      return refs;
    },
    async post(ref, type) {
      serial += 1;
      const event = { id: `bench-${serial}`, type, subject: { system: 'greenhouse', ref } };
      const taken = async (): Promise<boolean> => [200, 201].includes(await send(event));
      if ((await since(performance.now(), taken, 40_000)) === never) throw new Error(`${type} of ${ref} was not taken`);
    },
    confirmed: (refs, type, from, withinMs) =>
      since(
        from,
        async () => {
          const rows = await query<{ status: string }>(
            `select w.status from writeback w join subject_ref r using (subject_id)
             where r.system = 'greenhouse' and w.connection_id = 'greenhouse' and r.external_id = any($1) and w.event_type = $2`,
            [refs, type],
          );
          return rows.length >= refs.length && rows.every((row) => row.status === 'confirmed');
        },
        withinMs,
      ),
    async probe() {
      const probe = startProbe(send);
      probes.push(probe);
      return probe;
    },
  };
  try {
    const result = await work(bench);
    if (rig.deaths.length > 0) throw new Error(`A process ended by itself: ${rig.deaths.join('; ')}`);
    return result;
  } finally {
    // Of a measurement that failed, nobody has: the process would never end.
    await Promise.all(probes.map((probe) => probe.stop()));
  }
}

/** ms from `from` until it is true, looked at every 25 ms; infinite when it does not become so in time. */
export async function since(from: number, isTrue: () => Promise<boolean>, withinMs: number): Promise<number> {
  for (const until = performance.now() + withinMs; performance.now() < until; await sleep(25))
    if (await isTrue().catch(() => false)) return performance.now() - from;
  return never;
}

function startProbe(send: (event: object) => Promise<number>): Probe {
  const calls: Call[] = [];
  const underWay = new Set<Promise<void>>();
  let serial = 0;
  const one = async (): Promise<void> => {
    serial += 1;
    const sentAt = performance.now();
    const id = `probe-${process.pid}-${serial}`;
    const status = await send({ id, type: 'requisition.drafted', subject: { system: 'probe', ref: id } }).catch(
      () => 0,
    );
    calls.push({ sentAt, endedAt: performance.now(), status });
  };
  const timer = setInterval(() => {
    const call = one().finally(() => underWay.delete(call));
    underWay.add(call);
  }, 40);
  return {
    async firstTaken(from, withinMs) {
      let ended = never;
      await since(
        from,
        async () => {
          const taken = calls.filter((call) => call.sentAt >= from && call.status === 201);
          ended = Math.min(never, ...taken.map((call) => call.endedAt - from));
          return taken.length > 0;
        },
        withinMs,
      );
      return ended;
    },
    longest: (from, until) =>
      Math.max(
        0,
        ...calls
          .filter((call) => call.sentAt >= from && call.sentAt <= until)
          .map((call) => call.endedAt - call.sentAt),
      ),
    lastFailure: (from) =>
      Math.max(
        0,
        ...calls.filter((call) => call.endedAt >= from && call.status !== 201).map((call) => call.endedAt - from),
      ),
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

/** ms from `from` until /readyz answers with the status. */
export const readiness = (url: string, status: number, from: number, withinMs: number): Promise<number> =>
  since(
    from,
    async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(4_000) })).status === status,
    withinMs,
  );
