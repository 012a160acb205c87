// Faults of our own processes: killed, frozen past their leases, told to end in the middle, and started again.
import type { Child } from '../rig/child.ts';
import type { Fault } from './fault.ts';

const restart = (child: Child) => () => {
  if (!child.isUp()) child.start();
};

export const processFaults: readonly Fault[] = [
  {
    name: 'core_kill',
    ids: 'F6',
    lastsMs: [100, 1_500],
    async begin(rig, random) {
      const child = random.pick(rig.cores);
      await child.kill();
      return restart(child);
    },
  },
  {
    name: 'worker_kill',
    ids: 'F22 F25 F26',
    needsNats: true,
    lastsMs: [100, 1_500],
    async begin(rig, random) {
      const child = random.pick(rig.workers);
      await child.kill();
      return restart(child);
    },
  },
  {
    name: 'core_freeze',
    ids: 'F41',
    lastsMs: [500, 4_500],
    begin(rig, random) {
      const child = random.pick(rig.cores);
      child.freeze();
      return () => child.thaw();
    },
  },
  {
    name: 'worker_freeze',
    ids: 'F22 F41',
    needsNats: true,
    lastsMs: [500, 4_500],
    begin(rig, random) {
      const child = random.pick(rig.workers);
      child.freeze();
      return () => child.thaw();
    },
  },
  {
    name: 'core_terminate',
    ids: 'F39',
    lastsMs: [100, 600],
    async begin(rig, random) {
      const child = random.pick(rig.cores);
      const ms = await child.terminate();
      if (ms === null) rig.deaths.push(`${child.name} did not end within the promised time after SIGTERM`);
      return restart(child);
    },
  },
  {
    name: 'worker_terminate',
    ids: 'F39',
    needsNats: true,
    lastsMs: [100, 600],
    async begin(rig, random) {
      const child = random.pick(rig.workers);
      const ms = await child.terminate();
      if (ms === null) rig.deaths.push(`${child.name} did not end within the promised time after SIGTERM`);
      return restart(child);
    },
  },
  {
    name: 'crash_at_start',
    ids: 'F39 F43',
    lastsMs: [100, 300],
    async begin(rig, random) {
      const child = random.pick(rig.cores);
      await child.kill();
      child.start();
      await new Promise((resolve) => setTimeout(resolve, random.integer(50, 900)));
      await child.kill();
      return restart(child);
    },
  },
];
