// Sends a simulated vendor's webhooks as vendors do: signed, sometimes twice, late, out of order, and again when refused.
import { setMaxListeners } from 'node:events';
import type { Random } from './random.ts';

export interface WebhookDelivery {
  /** The same for every repetition of one delivery. */
  id: string;
  url: string;
  /** The exact text that is sent and signed. */
  body: string;
  /** Ms since 1970, of this very attempt. */
  sentAt: number;
}

export interface WebhookOptions {
  /** Headers of one attempt, the signature among them. */
  sign: (delivery: WebhookDelivery) => Readonly<Record<string, string>>;
  random: Random;
  /** Wait before the first attempt, drawn between these: a spread puts webhooks out of order. */
  delayMs?: { min: number; max: number };
  /** Share of deliveries that are made twice. */
  duplicates?: number;
  /** Waits before the second and later attempts of a refused delivery. */
  retryDelaysMs?: readonly number[];
  /** Which status counts as received; 200 unless said otherwise. */
  received?: (status: number) => boolean;
  timeoutMs?: number;
  inFlightMax?: number;
  /** Takes each delivery that was answered as received; `accepted` then gives none: for runs too long to hold in memory. */
  keep?: (accepted: { id: string; body: string }) => void;
}

interface WebhookCounts {
  /** Deliveries asked for, repetitions included. */
  emitted: number;
  /** Requests made. */
  sent: number;
  accepted: number;
  /** Given up after the last attempt. */
  lost: number;
}

export interface WebhookEmitter {
  /** Where webhooks go; null stops them (what is emitted meanwhile is dropped, as by a disabled hook). */
  target(url: string | null): void;
  emit(id: string, body: unknown): void;
  /** Resolves when nothing is waiting, in flight or to be repeated. */
  drain(): Promise<void>;
  counts(): Readonly<WebhookCounts>;
  /** What was answered as received, each delivery once: the receiver's promises, to hold it to. */
  accepted(): readonly { id: string; body: string }[];
  /** Changes the spread, the share of duplicates, the repetitions and who keeps what was received while running. */
  tune(change: Pick<WebhookOptions, 'delayMs' | 'duplicates' | 'retryDelaysMs' | 'keep'>): void;
  /** Drops everything still waiting. */
  close(): Promise<void>;
}

const defaults = {
  delayMs: { min: 0, max: 0 },
  duplicates: 0,
  retryDelaysMs: [20, 60, 200],
  timeoutMs: 10_000,
  inFlightMax: 16,
};

export function createWebhookEmitter(options: WebhookOptions): WebhookEmitter {
  const kept = new Map<string, { id: string; body: string }>();
  const keep = (accepted: { id: string; body: string }): void => void kept.set(accepted.id, accepted);
  const settings = { ...defaults, received: (status: number) => status === 200, keep, ...options };
  const counts: WebhookCounts = { emitted: 0, sent: 0, accepted: 0, lost: 0 };
  const stopped = new AbortController();
  // Every waiting delivery listens.
  setMaxListeners(0, stopped.signal);
  const places = createPlaces(settings.inFlightMax);
  const pending = new Set<Promise<void>>();
  let url: string | null = null;

  async function attempt(delivery: Omit<WebhookDelivery, 'sentAt'>): Promise<boolean> {
    const signed = { ...delivery, sentAt: Date.now() };
    counts.sent += 1;
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(settings.timeoutMs)]);
    const headers = { 'content-type': 'application/json', ...settings.sign(signed) };
    const response = await fetch(delivery.url, {
      method: 'POST',
      body: delivery.body,
      headers,
      signal,
      redirect: 'manual',
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => null);
    return response !== null && settings.received(response.status);
  }

  async function deliver(delivery: Omit<WebhookDelivery, 'sentAt'>): Promise<void> {
    const { min, max } = settings.delayMs;
    for (const wait of [settings.random.integer(min, max), ...settings.retryDelaysMs]) {
      if (!(await pause(wait, stopped.signal))) return;
      if (!(await places.within(() => attempt(delivery)))) continue;
      counts.accepted += 1;
      settings.keep({ id: delivery.id, body: delivery.body });
      return;
    }
    counts.lost += 1;
  }

  function emit(id: string, body: unknown): void {
    if (url === null || stopped.signal.aborted) return;
    const delivery = { id, url, body: typeof body === 'string' ? body : JSON.stringify(body) };
    for (let copies = settings.random.chance(settings.duplicates) ? 2 : 1; copies > 0; copies -= 1) {
      counts.emitted += 1;
      const delivering = deliver(delivery).finally(() => pending.delete(delivering));
      pending.add(delivering);
    }
  }

  async function drain(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending);
  }

  return {
    target(next) {
      url = next;
    },
    emit,
    drain,
    counts: () => ({ ...counts }),
    accepted: () => [...kept.values()],
    tune: (change) => void Object.assign(settings, change),
    close: () => {
      stopped.abort();
      return drain();
    },
  };
}

/** At most `max` at once; the others wait their turn. */
function createPlaces(max: number): { within<T>(work: () => Promise<T>): Promise<T> } {
  let free = max;
  const waiting: (() => void)[] = [];
  return {
    async within(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}

/** True after `ms`; false as soon as the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (ms <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (finished: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(finished);
    };
    const onAbort = (): void => done(false);
    const timer = setTimeout(() => done(true), ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
