// The two ways of asking: as fast as a number of clients go, and at a fixed rate whatever the answers take.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ready } from './contenders/contender.ts';
import { type KeepAlive, keepAlive, openKeepAlive } from './keep-alive.ts';
import { monotonicMs } from './moments.ts';
import type { Expected, Planned, Request, SeasonEvent } from './season.ts';

export interface Face {
  /** Of every process; clients are spread over them. */
  ports: readonly number[];
  ready: Ready;
}

/** What answers mean, in the words of every contender. */
export const meaning: Readonly<Record<number, Expected>> = {
  201: 'accepted',
  202: 'accepted',
  200: 'duplicate',
  409: 'refused',
};

export const bodyOf = (
  { id, type, subject, occurredAt, data, source }: SeasonEvent,
  { subject: named }: Ready,
): string =>
  JSON.stringify(
    named === 'name'
      ? { id, source, type, subject, occurredAt, data }
      : { id, type, subject: { system: 'bench', ref: subject }, occurredAt, data },
  );

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
export const spread = (values: number[]): { p50: number; p99: number } => {
  values.sort((a, b) => a - b);
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
};

/** Who is turned away with 503 comes again when it was told to; its latency counts from the first time. */
const turnedAwayMax = 200;

interface Answered {
  /** Another status than the workload expects: which one, for what. */
  wrong: string | null;
  turnedAway: number;
}

/** One event until it is answered for good. Where nobody could say whether it was taken, a repetition may find that it was. */
async function send(client: KeepAlive, ready: Ready, body: string, { event, expected }: Request): Promise<Answered> {
  for (let turnedAway = 0; ; turnedAway += 1) {
    const { status, retryAfterMs } = await client.post(ready.path, ready.headers[event.source] ?? '', body);
    if (status === 503 && turnedAway < turnedAwayMax) await sleep(retryAfterMs);
    else {
      const became = meaning[status];
      const isRight = became === expected || (turnedAway > 0 && became === 'duplicate');
      const { type } = event;
      return { wrong: isRight ? null : `${status} for ${type}, which was to be ${expected}`, turnedAway };
    }
  }
}

export interface Closed {
  startedAt: number;
  seconds: number;
  /** Answers that were not what the workload expected, in words. */
  wrong: string[];
  /** Answers that said: not now. */
  turnedAway: number;
  latency: { p50: number; p99: number };
}

/** Every client sends its script, one request at a time. */
export async function closedLoop({ ports, ready }: Face, scripts: readonly Request[][]): Promise<Closed> {
  const clients = await Promise.all(scripts.map((_, at) => openKeepAlive(ports[at % ports.length] as number)));
  const bodies = scripts.map((script) => script.map(({ event }) => bodyOf(event, ready)));
  const latencies: number[] = [];
  const wrong: string[] = [];
  let turnedAway = 0;
  const startedAt = monotonicMs();
  await Promise.all(
    scripts.map(async (script, at) => {
      for (const [step, request] of script.entries()) {
        const sent = monotonicMs();
        const answered = await send(clients[at] as KeepAlive, ready, bodies[at]?.[step] ?? '', request);
        latencies.push(monotonicMs() - sent);
        turnedAway += answered.turnedAway;
        if (answered.wrong) wrong.push(answered.wrong);
      }
    }),
  );
  const seconds = (monotonicMs() - startedAt) / 1_000;
  for (const client of clients) client.close();
  return { startedAt, seconds, wrong, turnedAway, latency: spread(latencies) };
}

export interface Sent {
  event: SeasonEvent;
  due: number;
  accepted: number;
}

/** Latency counts from when an event was due, not from when somebody got round to sending it. */
export async function openLoop(
  { ports, ready }: Face,
  plan: readonly Planned[],
): Promise<{ sent: Sent[]; wrong: number }> {
  const clients = keepAlive(ports[0] as number);
  const sent: Sent[] = [];
  let wrong = 0;
  // An application's event never overtakes its last one, however late that is.
  const previous = new Map<string, Promise<void>>();
  const startsAt = monotonicMs() + 50;
  for (const { at, event, expected } of plan) {
    const due = startsAt + at;
    const waitMs = due - monotonicMs();
    if (waitMs > 0.5) await sleep(waitMs);
    const sendInTurn = async (): Promise<void> => {
      await previous.get(event.subject);
      const client = await clients.take();
      const answered = await send(client, ready, bodyOf(event, ready), { event, expected });
      sent.push({ event, due, accepted: monotonicMs() });
      if (answered.wrong) wrong += 1;
      clients.giveBack(client);
    };
    const sending = sendInTurn();
    // Heard at the end, together with the others.
    sending.catch(() => {});
    previous.set(event.subject, sending);
  }
  await Promise.all(previous.values());
  clients.close();
  return { sent, wrong };
}
