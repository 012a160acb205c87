// Says every 10 s how a soak goes, and tells its senders when the system is too far behind for more.
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from '../rig/postgres.ts';
import type { Rig } from '../rig/rig.ts';
import { type Ledger, total } from './ledger.ts';
import { mebibytes } from './memory.ts';
import type { Posting } from './posting.ts';
import type { Trouble } from './trouble.ts';
import type { Watch } from './watch.ts';

export interface ProgressOptions {
  rig: Rig;
  ledger: Ledger;
  posting: Posting;
  watch: Watch;
  trouble: Trouble;
  /** With more writebacks open than this, senders wait. */
  openMax: number;
  log(line: string): void;
}

export interface Progress {
  room(): Promise<void>;
  /** The most writebacks that were open, and the greatest age of one, ms: how far confirmation ever lagged behind. */
  openMost(): number;
  oldestMostMs(): number;
  stop(): void;
}

const pollMs = 1_000;
const everyMs = 10_000;

/** Without what waits for a person: nobody comes in a soak, and those would grow more and more. */
interface Behind {
  open: number;
  oldestMs: number;
}

export function startProgress(options: ProgressOptions): Progress {
  const { rig, ledger, posting, watch, trouble } = options;
  const most: Behind = { open: 0, oldestMs: 0 };
  let behind: Behind = { open: 0, oldestMs: 0 };
  let stopped = false;
  void (async () => {
    for (; !stopped; await sleep(pollMs, undefined, { ref: false })) {
      // While the database is away nobody knows; the last figure stands.
      behind = await readBehind(rig).catch(() => behind);
      most.open = Math.max(most.open, behind.open);
      most.oldestMs = Math.max(most.oldestMs, behind.oldestMs);
    }
  })();
  const from = performance.now();
  let last = { at: from, events: 0 };
  const timer = setInterval(() => {
    const [at, events] = [performance.now(), total(ledger.counts())];
    const rate = (1_000 * (events - last.events)) / (at - last.at);
    last = { at, events };
    const weighed = watch.weighed();
    const memory = Object.entries(watch.now()).map(
      ([name, bytes]) => `${name} ${mebibytes(bytes)}${name in weighed ? ` (${mebibytes(weighed[name] ?? 0)})` : ''}`,
    );
    const faults = Object.values(trouble.struck).reduce((sum, count) => sum + count, 0);
    options.log(
      `${Math.round((at - from) / 1_000)} s: ${events} events, ${rate.toFixed(0)}/s, ${behind.open} writebacks open (oldest ${(behind.oldestMs / 1_000).toFixed(1)} s), ${posting.waiting()} events wait, ${faults} faults (last ${trouble.times.at(-1)?.name ?? 'none'}); MiB: ${memory.join(', ')}`,
    );
  }, everyMs);
  timer.unref();
  return {
    async room() {
      while (behind.open > options.openMax && !stopped) await sleep(50);
    },
    openMost: () => most.open,
    oldestMostMs: () => most.oldestMs,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

/** `offset 0`: lanes by their keys. There are a thousand times as many as are asked for. */
const readBehind = (rig: Rig): Promise<Behind> =>
  withClient(rig.databaseUrl, async (client) => {
    const { rows } = await client.query<{ open: number; oldest: number }>(
      `select count(*)::int as open, coalesce(extract(epoch from clock_timestamp() - min(created_at)) * 1000, 0)::int as oldest
       from writeback w where status in ('ready', 'leased')
         and exists (select from lane where subject_id = w.subject_id and connection_id = w.connection_id and held_reason is null offset 0)`,
    );
    return { open: rows[0]?.open ?? 0, oldestMs: rows[0]?.oldest ?? 0 };
  });
