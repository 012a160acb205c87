// Runs background loops: one round at a time, a pause in between, until a signal; a failing round is logged and tried again.
import { limits } from '../core/limits.ts';
import { traceOf } from '../core/trace-of.ts';
import type { Log } from './context.ts';

export type Every = (name: string, pauseMs: number, once: () => Promise<unknown>, signal: AbortSignal) => void;

export interface Loops {
  every: Every;
  /** Ends when the rounds do that were still running when the signal came. */
  idle(): Promise<void>;
  /** For each loop that was not told to end: seconds since a round of it last ended well, or since it was begun. */
  ages(): { loop: string; seconds: number }[];
}

/** `random`, in [0, 1), keeps loops of the same pause apart: were all of them at work at once, whoever waits for an answer would wait for all. */
export function createLoops(log: Log, random: () => number = Math.random): Loops {
  const running = new Set<Promise<void>>();
  const wellAt = new Map<string, number>();
  const every: Every = (name, pauseMs, once, signal) => {
    const run = async (): Promise<void> => {
      let failures = 0;
      wellAt.set(name, performance.now());
      while (!signal.aborted) {
        try {
          await once();
          failures = 0;
          wellAt.set(name, performance.now());
        } catch (error) {
          failures += 1;
          if (!signal.aborted)
            log.warn({ loop: name, ...traceOf(error) }, 'a background round failed and will be tried again');
        }
        const pauseNowMs = Math.max(pauseMs, Math.min(pauseMs * (1 + failures), limits.loopPauseMsMax));
        await pause(pauseNowMs * (0.8 + 0.4 * random()), signal);
      }
    };
    const round = run().finally(() => {
      running.delete(round);
      wellAt.delete(name);
    });
    running.add(round);
  };
  return {
    every,
    idle: async () => void (await Promise.all(running)),
    ages: () => [...wellAt].map(([loop, at]) => ({ loop, seconds: (performance.now() - at) / 1_000 })),
  };
}

/**
 * For looks whose price grows with what is open: after a round that took long the next ones are left out, so that no more than a fiftieth of
 * the time goes into it, but for `pauseMsMax` at most.
 */
export function sparingly(once: () => Promise<unknown>, pauseMsMax: number): () => Promise<void> {
  let notBefore = 0;
  return async () => {
    const began = performance.now();
    if (began < notBefore) return;
    try {
      await once();
    } finally {
      const ended = performance.now();
      notBefore = ended + Math.min((ended - began) / limits.watchShare, pauseMsMax);
    }
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
