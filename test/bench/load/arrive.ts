// Requests that come whatever the answers take and do not come again: each is sent when it is due, and its answer noted.
import { setTimeout as sleep } from 'node:timers/promises';
import { keepAlive, openKeepAlive, type Reply } from '../keep-alive.ts';
import { bodyOf, type Face, meaning } from '../loops.ts';
import { monotonicMs } from '../moments.ts';
import type { SeasonEvent } from '../season.ts';
import type { Walkers } from './walkers.ts';

/** `shed`: turned away before anything was recorded. `unknown`: nobody said in time whether it was taken, or the connection was cut. `wrong`: anything else. */
export type Became = 'accepted' | 'shed' | 'unknown' | 'wrong';

export interface Answered {
  id: string;
  became: Became;
  status: number;
  /** From when it was due, and from when it was really sent, ms. */
  latency: number;
  service: number;
}

/** The connection ended before the answer. */
const cut = { status: 0, code: null };

function becameOf(status: number, code: string | null): Became {
  if (status === 0) return 'unknown';
  if (status === 503) return code === 'overloaded' ? 'shed' : 'unknown';
  return meaning[status] === 'accepted' && status === 201 ? 'accepted' : 'wrong';
}

/** So many in a second, evenly, for so long. Resolves when the last is answered. */
export async function arrive(face: Face, walkers: Walkers, perSecond: number, seconds: number): Promise<Answered[]> {
  const clients = keepAlive(face.ports[0] as number);
  const all: Answered[] = [];
  const sending: Promise<void>[] = [];
  const startsAt = monotonicMs() + 50;
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = startsAt + (n * 1_000) / perSecond;
    const waitMs = due - monotonicMs();
    if (waitMs > 0.5) await sleep(waitMs);
    sending.push(one(due));
  }
  async function one(due: number): Promise<void> {
    const { event, answered } = walkers.next();
    const sent = monotonicMs();
    const { status, code } = await ask(event).catch(() => cut);
    const at = monotonicMs();
    const became = becameOf(status, code);
    answered(became === 'wrong' ? 'unknown' : became);
    all.push({ id: event.id, became, status, latency: at - due, service: at - sent });
  }
  async function ask(event: SeasonEvent): Promise<Pick<Reply, 'status' | 'code'>> {
    const client = await clients.take();
    const reply = await client.post(face.ready.path, face.ready.headers[event.source] ?? '', bodyOf(event, face.ready));
    clients.giveBack(client);
    return reply;
  }
  await Promise.all(sending);
  clients.close();
  return all;
}

/** As many as are answered while so many clients each have one request under way: what the service can take, per second. */
export async function saturate(face: Face, walkers: Walkers, clients: number, seconds: number): Promise<number> {
  const end = monotonicMs() + seconds * 1_000;
  let accepted = 0;
  const keepOn = async (): Promise<void> => {
    const client = await openKeepAlive(face.ports[0] as number);
    while (monotonicMs() < end) {
      const { event, answered } = walkers.next();
      const reply = await client.post(
        face.ready.path,
        face.ready.headers[event.source] ?? '',
        bodyOf(event, face.ready),
      );
      answered(reply.status === 201 ? 'accepted' : 'shed');
      if (reply.status === 201) accepted += 1;
      else if (reply.status === 503) await sleep(reply.retryAfterMs);
      else throw new Error(`${reply.status} for ${event.type}, which was to be accepted`);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, keepOn));
  return accepted / seconds;
}
