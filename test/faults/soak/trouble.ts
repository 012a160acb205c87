// The steady trouble of a soak: vendors that err all the time, and one fault of the tier-2 catalogue every 10 to 20 s.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { Rig } from '../rig/rig.ts';
import { catalogue } from '../schedules/catalogue.ts';
import type { Fault } from '../schedules/fault.ts';
import { processFaults } from '../schedules/process-faults.ts';

export interface Trouble {
  /** How often each fault struck. */
  struck: Record<string, number>;
  /** What could not be broken, which is no failure of the system. */
  failures: string[];
  /** When each began and ended, ms since 1970. */
  times: { name: string; from: number; to: number }[];
  /** The one under way is ended first. */
  stop(): Promise<void>;
}

const betweenMs = [10_000, 20_000] as const;

/** Disks would have to be small, and a soak's are not. */
export const soakFaults: readonly Fault[] = catalogue.filter((fault) => !fault.needsDisk);

/** Writes to one vendor at a time. */
export const soakConcurrency = 64;

/**
 * Of every write 5 % are answered 429, 3 % with 500, and of 2 % nobody knows whether they were saved; a fifth of webhooks comes twice, and late.
 * A limit of the busy one is met by all that is under way, as real ones are: after each a connection is left alone for a second, and with single
 * ones a vendor would be written to some thirty times a second at most, whoever writes.
 */
export function steadyTrouble({ vendors }: Rig): void {
  for (const vendor of [vendors.greenhouse, vendors.bamboohr]) {
    const runs = vendor === vendors.greenhouse ? { rate_limit: soakConcurrency } : {};
    vendor.faults.setChances(
      'write',
      {
        rate_limit: 0.05,
        error_before: unlessLimited(0.03),
        save_then_500: unlessLimited(0.01),
        reset: unlessLimited(0.007),
        save_then_hang: unlessLimited(0.003),
      },
      runs,
    );
    vendor.faults.setChances('read', { rate_limit: 0.01, error_before: 0.01 }, runs);
  }
  for (const vendor of [vendors.greenhouse, vendors.screening])
    vendor.webhooks?.tune({ delayMs: { min: 0, max: 150 }, duplicates: 0.2 });
}

const unlessLimited = (share: number): number => share / (1 - 0.05);

export function startTrouble(rig: Rig, log: (line: string) => void): Trouble {
  const random = seededRandom(rig.seed ^ 0x1b873593);
  const stopped = new AbortController();
  const trouble: Omit<Trouble, 'stop'> = { struck: {}, failures: [], times: [] };
  const spared = sparing(rig);
  let order: Fault[] = [];

  async function strike(fault: Fault): Promise<void> {
    const victim = processFaults.includes(fault) ? spared : rig;
    const from = Date.now();
    try {
      const end = await fault.begin(victim, random);
      await sleep(random.integer(fault.lastsMs[0], fault.lastsMs[1]));
      if (typeof end === 'function') await end();
      trouble.struck[fault.name] = (trouble.struck[fault.name] ?? 0) + 1;
    } catch (error) {
      trouble.failures.push(`${fault.name}: ${(error as Error).message}`);
      log(`the fault ${fault.name} could not be made: ${(error as Error).message}`);
      await rig.heal().catch((reason: Error) => log(`healing after it failed: ${reason.message}`));
    }
    steadyTrouble(rig);
    trouble.times.push({ name: fault.name, from, to: Date.now() });
  }

  steadyTrouble(rig);
  const going = (async () => {
    for (;;) {
      const free = await sleep(random.integer(...betweenMs), true, { signal: stopped.signal }).catch(() => false);
      if (!free) return;
      // Each of them once, in any order, before one comes again.
      if (order.length === 0) order = soakFaults.filter((fault) => rig.nats !== null || !fault.needsNats);
      const at = random.integer(0, order.length - 1);
      await strike(order.splice(at, 1)[0] as Fault);
    }
  })();
  return {
    ...trouble,
    async stop() {
      stopped.abort();
      await going;
    },
  };
}

/** The last core and the last worker are never ended, so that there are long lives to judge memory by. */
const sparing = (rig: Rig): Rig => ({
  ...rig,
  cores: rig.cores.slice(0, Math.max(1, rig.cores.length - 1)),
  workers: rig.workers.slice(0, Math.max(1, rig.workers.length - 1)),
});
