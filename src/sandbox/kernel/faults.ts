// Decides which call to a simulated vendor goes wrong, and how: by seeded chance, or because a test asked for it.
import type { Random } from './random.ts';

export type FaultKind =
  /** Answers as if it had saved, and saves nothing. */
  | 'save_nothing'
  /** Saves, then answers 500. */
  | 'save_then_500'
  /** Saves, then never answers. */
  | 'save_then_hang'
  /** Answers 500 or 503 and saves nothing. */
  | 'error_before'
  /** 429 with Retry-After. */
  | 'rate_limit'
  /** 429 with Retry-After as an HTTP date. */
  | 'rate_limit_date'
  /** 429 without. */
  | 'rate_limit_bare'
  /** 502 with the page of a proxy in between; nothing is saved. */
  | 'bad_gateway'
  /** 200 with plain text instead of JSON; nothing is saved. */
  | 'wrong_type'
  /** A login page with status 200; nothing is saved. */
  | 'html_200'
  | 'unauthorised'
  /** Answers properly, but late. */
  | 'slow'
  /** Saves, and reads show the old value for a while. */
  | 'read_lag'
  /** Saves, then drops the connection. */
  | 'reset';

/** What a call does. `auth` is the vendor's token endpoint. */
export type CallKind = 'read' | 'write' | 'auth';

export interface Fault {
  kind: FaultKind;
  /** For `slow` and `read_lag`. */
  ms: number;
  /** For `rate_limit`. */
  retryAfterSeconds: number;
}

export interface FaultOptions {
  /** Which calls it may befall; writes unless said otherwise. */
  on?: CallKind;
  ms?: number;
  retryAfterSeconds?: number;
  /** How many calls in a row. */
  times?: number;
}

export type FaultChances = Partial<Record<FaultKind, number>>;
export type FaultRuns = Partial<Record<FaultKind, number>>;

export interface FaultScript {
  /** Queues a fault for the next call of that kind. */
  next(kind: FaultKind, options?: FaultOptions): void;
  /** The vendor's side: what befalls this call, if anything. A queued fault goes before chance. */
  decide(call: CallKind): Fault | null;
  /**
   * Replaces the chances of a call kind: shares of all its calls, of [0, 1], that add up to at most 1. `runs`: how many calls one after the
   * other a fault befalls once it does, as real limits do; its share stays what it is, and the others' are of the calls that it leaves.
   */
  setChances(call: CallKind, chances: FaultChances, runs?: FaultRuns): void;
  /** How often each fault has struck. */
  struck(): Readonly<Record<string, number>>;
  /** Faults queued and not yet used: a test that ends with some did not test what it says. */
  pending(): number;
  /** Forgets queued faults and chances. */
  calm(): void;
}

const defaults = { ms: 200, retryAfterSeconds: 1 };

export function createFaultScript(random: Random, chances: Partial<Record<CallKind, FaultChances>> = {}): FaultScript {
  const queues: Record<CallKind, Fault[]> = { read: [], write: [], auth: [] };
  let likely: Partial<Record<CallKind, Likely>> = {};
  for (const [call, of] of Object.entries(chances)) likely[call as CallKind] = { chances: of, runs: {} };
  const counts: Record<string, number> = {};

  function befall(call: CallKind): Fault | null {
    const of = likely[call];
    const fault = of ? byChance(random, of) : null;
    for (let left = fault ? (of?.runs[fault.kind] ?? 1) - 1 : 0; fault && left > 0; left -= 1) queues[call].push(fault);
    return fault;
  }

  return {
    next(kind, { on = 'write', times = 1, ms = defaults.ms, retryAfterSeconds = defaults.retryAfterSeconds } = {}) {
      for (let i = 0; i < times; i += 1) queues[on].push({ kind, ms, retryAfterSeconds });
    },
    decide(call) {
      const fault = queues[call].shift() ?? befall(call);
      if (fault) counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
      return fault;
    },
    setChances(call, next, runs = {}) {
      likely = { ...likely, [call]: { chances: next, runs } };
    },
    struck: () => ({ ...counts }),
    pending: () => queues.read.length + queues.write.length + queues.auth.length,
    calm() {
      for (const queue of Object.values(queues)) queue.length = 0;
      likely = {};
    },
  };
}

interface Likely {
  chances: FaultChances;
  runs: FaultRuns;
}

function byChance(random: Random, { chances, runs }: Likely): Fault | null {
  let roll = random.next();
  for (const [kind, share] of Object.entries(chances) as [FaultKind, number][]) {
    const run = runs[kind] ?? 1;
    // A run of so many calls begins this seldom for its share of all calls to be what was asked for.
    const probability = share / (run - share * (run - 1));
    if (roll < probability) return { kind, ...defaults };
    roll -= probability;
  }
  return null;
}
