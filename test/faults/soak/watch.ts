// Watches every process of a soak from outside, by /proc: memory per life, and the processor time it used. A process of Interlock is weighed
// a moment after it was told to collect its garbage (`collect-on-signal.mjs`): how late V8 does so by itself says nothing about leaks.
import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { descendantsOf } from '../../acceptance/running.ts';
import type { Rig } from '../rig/rig.ts';
import type { Life } from './memory.ts';

export type Party = 'interlock' | 'postgres' | 'nats' | 'rig';

export interface Watch {
  lives: Life[];
  /** Seconds of processor time so far. */
  cpuSeconds(): Readonly<Record<Party, number>>;
  /** Bytes now, by name, whether collected or not. */
  now(): Readonly<Record<string, number>>;
  /** Of the processes of Interlock: bytes after their last collection. */
  weighed(): Readonly<Record<string, number>>;
  /** The most that each ever held, by name, whether collected or not. */
  most(): Readonly<Record<string, number>>;
  stop(): void;
}

const everyMs = 5_000;
/** Every so many samples the processes of Interlock are told to collect, which stops each for some tenth of a second. */
const collectEach = 3;
/** How long they may take to. */
const collectedMs = 1_500;
/** A life that is younger may not listen yet, and would end. */
const listensMs = 30_000;
const ticksPerSecond = 100;
/** A process writes a line per attempt: the log of a long run is cut when it is longer than this. */
const logBytesMax = 64 * 1024 * 1024;

interface Watched {
  name: string;
  party: Party;
  /** The process by which a life is known; 0 while it is down. */
  pid(): number;
  all(pid: number): number[];
}

export function startWatch(rig: Rig, natsPid: () => number): Watch {
  const watched: Watched[] = [
    ...rig.children.map((child): Watched => ({ name: child.name, party: 'interlock', pid: child.pid, all: alone })),
    { name: 'postgres', party: 'postgres', pid: () => postmasterOf(rig), all: (pid) => [pid, ...descendantsOf(pid)] },
    { name: 'nats', party: 'nats', pid: natsPid, all: alone },
    { name: 'rig', party: 'rig', pid: () => process.pid, all: alone },
  ];
  const lives: Life[] = [];
  const current = new Map<string, Life>();
  const used = new Map<number, { party: Party; seconds: number }>();
  const held = new Map<string, number>();
  const peaks = new Map<string, number>();
  const lifeOf = (name: string, pid: number): Life => {
    const known = current.get(name);
    if (known?.pid === pid) return known;
    const life: Life = { name, pid, bornAt: Date.now(), samples: [] };
    current.set(name, life);
    lives.push(life);
    return life;
  };
  const sample = (): void => {
    for (const one of watched) {
      const pid = one.pid();
      if (pid === 0) continue;
      const pids = one.all(pid);
      const bytes = pids.reduce((sum, each) => sum + memoryOf(each), 0);
      for (const each of pids) {
        const seconds = cpuOf(each, each === pid && one.party === 'postgres');
        if (seconds > 0) used.set(each, { party: one.party, seconds });
      }
      if (bytes === 0) continue;
      held.set(one.name, bytes);
      peaks.set(one.name, Math.max(bytes, peaks.get(one.name) ?? 0));
      const life = lifeOf(one.name, pid);
      if (one.party !== 'interlock') life.samples.push({ at: Date.now(), bytes });
    }
    for (const child of rig.children) cutLog(join(rig.folder, `${child.name}.log`));
  };
  const collect = (): void => {
    for (const { name, party, pid } of watched) {
      const life = current.get(name);
      if (party !== 'interlock' || life?.pid !== pid() || Date.now() - life.bornAt < listensMs) continue;
      process.kill(life.pid, 'SIGUSR2');
      setTimeout(() => {
        const bytes = life.pid === pid() ? memoryOf(life.pid) : 0;
        if (bytes > 0) life.samples.push({ at: Date.now(), bytes });
      }, collectedMs).unref();
    }
  };
  sample();
  let ticks = 0;
  const timer = setInterval(() => {
    sample();
    ticks += 1;
    if (ticks % collectEach === 0) collect();
  }, everyMs);
  timer.unref();
  return {
    lives,
    cpuSeconds() {
      sample();
      const sums = { interlock: 0, postgres: 0, nats: 0, rig: 0 };
      for (const { party, seconds } of used.values()) sums[party] += seconds;
      return sums;
    },
    now: () => Object.fromEntries(held),
    weighed: () =>
      Object.fromEntries(
        rig.children
          .map(({ name }) => [name, current.get(name)?.samples.at(-1)?.bytes ?? 0])
          .filter(([, bytes]) => bytes),
      ),
    most: () => Object.fromEntries(peaks),
    stop: () => clearInterval(timer),
  };
}

const alone = (pid: number): number[] => [pid];

/**
 * Shared pages count once over all who share them, where the kernel tells. Without shared memory: Postgres's buffers are as large as it
 * was told, and fill as the data comes.
 */
function memoryOf(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const kibibytes = (name: string, text: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const share = kibibytes('Pss', rollup);
  const own =
    share === undefined
      ? kibibytes('RssAnon', read(`/proc/${pid}/status`))
      : share - (kibibytes('Pss_Shmem', rollup) ?? 0);
  return (own ?? 0) * 1024;
}

/** With those of its children that ended, where asked for. */
function cpuOf(pid: number, withEnded: boolean): number {
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  const ticks = [11, 12, ...(withEnded ? [13, 14] : [])].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
  return ticks / ticksPerSecond;
}

function postmasterOf(rig: Rig): number {
  return Number(read(join(rig.ground.folder, 'postgres', 'data', 'postmaster.pid')).split('\n')[0] ?? 0) || 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Its writer appends, so it goes on at the new end. */
function cutLog(path: string): void {
  try {
    if (statSync(path).size > logBytesMax) truncateSync(path);
  } catch {
    // Nothing was said yet.
  }
}
