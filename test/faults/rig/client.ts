// An API client as one should be: the same event under the same id, sent again after every silence and every 5xx, until it is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Heard, History, Intent, Operation } from './history.ts';
import type { Rig } from './rig.ts';

export interface PostedEvent {
  id: string;
  type: string;
  subject: { system: string; ref: string };
  data?: Record<string, unknown>;
  alsoKnownAs?: { system: string; ref: string }[];
}

export interface Client {
  /** Sends until there is a definite answer, or until `giveUp`: then null. */
  send(event: PostedEvent, client?: Operation['client']): Promise<Heard | null>;
  /** Sends exactly what was sent under this id again, once it was answered; null when it never was. */
  repeat(id: string): Promise<Heard | null>;
  /** The id again with another body. */
  contradict(id: string): Promise<Heard | null>;
  /** Bytes that are no event. */
  poison(name: string, body: string | Uint8Array): Promise<Heard | null>;
  /** From now on nobody waits for answers any more. */
  giveUp(): void;
  /** What is under way has ended. */
  idle(): Promise<void>;
  /** Ids that were answered. */
  answered(): string[];
}

const patienceMs = 10_000;

export function createClient(rig: Rig, history: History): Client {
  const given = new AbortController();
  const bodies = new Map<string, { body: string; operation: Operation }>();
  const underWay = new Set<Promise<unknown>>();

  async function once(operation: Operation, body: string | Uint8Array): Promise<Heard | null> {
    const core = rig.random.integer(0, rig.cores.length - 1);
    try {
      const token = await rig.token(operation.client, core);
      const answer = await fetch(`${rig.url(core)}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([given.signal, AbortSignal.timeout(patienceMs)]),
      });
      const text = await answer.text();
      // A token made by a clock that was wrong, or taken back by one: asked for anew.
      if (answer.status === 401) rig.forgetTokens();
      const said = JSON.parse(text) as Omit<Heard, 'status'>;
      if (answer.status >= 500 || answer.status === 401 || answer.status === 429)
        return missed(operation, `${answer.status} ${said.code ?? ''}`.trim());
      const heard = pick(answer.status, said);
      operation.heard.push(heard);
      return heard;
    } catch (error) {
      return missed(operation, reasonOf(error));
    }
  }

  async function persist(operation: Operation, body: string | Uint8Array): Promise<Heard | null> {
    for (let pauseMs = 40; !given.signal.aborted; pauseMs = Math.min(pauseMs * 1.6, 400)) {
      const heard = await once(operation, body);
      if (heard) return heard;
      await sleep(pauseMs * (0.5 + rig.random.next()));
    }
    return null;
  }

  const tracked = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  };
  const intended = (id: string, client: Operation['client'], intent: Intent, body: string | Uint8Array) =>
    tracked(persist(history.begin(id, client, intent), body));
  return {
    send(event, client = 'ats') {
      const body = JSON.stringify({ occurredAt: new Date().toISOString(), ...event });
      const operation = history.begin(event.id, client, 'event');
      bodies.set(event.id, { body, operation });
      return tracked(persist(operation, body));
    },
    async repeat(id) {
      const sent = bodies.get(id);
      return sent && sent.operation.heard.length > 0 ? tracked(persist(sent.operation, sent.body)) : null;
    },
    async contradict(id) {
      const sent = bodies.get(id);
      // What was refused for its form is on record nowhere: another body under its id is a new event.
      if (!sent?.operation.heard.some(({ status }) => status < 300 || status === 409)) return null;
      const other = JSON.stringify({ ...JSON.parse(sent.body), occurredAt: '2026-01-01T00:00:00Z' });
      return intended(id, sent.operation.client, 'conflict', other);
    },
    poison: (name, body) => intended(name, 'ats', 'poison', body),
    giveUp: () => given.abort(),
    async idle() {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
    answered: () => [...bodies].filter(([, { operation }]) => operation.heard.length > 0).map(([id]) => id),
  };
}

function missed(operation: Operation, reason: string | number): null {
  operation.unknown += 1;
  operation.reasons[reason] = (operation.reasons[reason] ?? 0) + 1;
  return null;
}

const reasonOf = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'error';
};

const pick = (status: number, said: Omit<Heard, 'status'>): Heard => ({
  status,
  ...(said.disposition === undefined ? {} : { disposition: said.disposition }),
  ...(said.code === undefined ? {} : { code: said.code }),
  ...(said.event === undefined ? {} : { event: said.event }),
  ...(said.subject === undefined ? {} : { subject: said.subject }),
  ...(said.version === undefined ? {} : { version: said.version }),
  ...(said.original === undefined ? {} : { original: said.original }),
});
