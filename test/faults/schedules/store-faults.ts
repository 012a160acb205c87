// Faults of Postgres and of the network in front of it.
import type { Random } from '../../../src/sandbox/kernel/random.ts';
import { commitReply, type TcpProxy } from '../rig/proxy.ts';
import type { Rig } from '../rig/rig.ts';
import type { Fault } from './fault.ts';

const proxyOf = (rig: Rig, random: Random): TcpProxy =>
  rig.proxies.get(`${random.pick(rig.children).name}-postgres`) as TcpProxy;

export const storeFaults: readonly Fault[] = [
  { name: 'postgres_kill', ids: 'F9', lastsMs: [0, 0], begin: (rig) => rig.ground.postgres.kill9() },
  {
    name: 'postgres_freeze',
    ids: 'F10',
    lastsMs: [400, 3_000],
    begin(rig) {
      rig.ground.postgres.freeze();
      return () => rig.ground.postgres.thaw();
    },
  },
  {
    name: 'backend_kill',
    ids: 'F8',
    lastsMs: [0, 0],
    async begin(rig) {
      await rig.ground.postgres.killBackend(rig.database);
    },
  },
  {
    name: 'backends_terminated',
    ids: 'F8',
    lastsMs: [0, 0],
    async begin(rig) {
      for (let times = 0; times < 4; times += 1) {
        await rig.ground.postgres.terminateBackends(rig.database);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    },
  },
  {
    name: 'commit_reply_lost',
    ids: 'F7',
    lastsMs: [300, 1_500],
    begin(rig, random) {
      for (const core of rig.cores)
        rig.proxies.get(`${core.name}-postgres`)?.dropReply(commitReply, random.integer(1, 4));
      return () => {
        for (const core of rig.cores) rig.proxies.get(`${core.name}-postgres`)?.dropReply(commitReply, 0);
      };
    },
  },
  {
    name: 'postgres_black_hole',
    ids: 'F11',
    lastsMs: [500, 3_000],
    begin(rig, random) {
      // Cores more often than workers: they are at the database all the time, so something is under way that must be given up.
      const { name } = random.pick([...rig.cores, ...rig.cores, ...rig.children]);
      const proxy = rig.proxies.get(`${name}-postgres`) as TcpProxy;
      proxy.set({ kind: 'black_hole' });
      return () => proxy.set({ kind: 'pass' });
    },
  },
  { name: 'postgres_reset', ids: 'F8', lastsMs: [0, 0], begin: (rig, random) => void proxyOf(rig, random).reset() },
  {
    name: 'postgres_half_close',
    ids: 'F8',
    lastsMs: [0, 0],
    begin: (rig, random) => void proxyOf(rig, random).halfClose(random.pick(['client', 'server'])),
  },
  {
    name: 'postgres_cut',
    ids: 'F8',
    lastsMs: [0, 0],
    begin(rig, random) {
      const proxy = proxyOf(rig, random);
      proxy.reset();
      proxy.cutAfter(random.integer(500, 8_000));
    },
  },
  {
    name: 'postgres_slow',
    ids: 'F12',
    lastsMs: [500, 2_000],
    begin(rig, random) {
      const proxy = proxyOf(rig, random);
      proxy.set(
        random.chance(0.5) ? { kind: 'delay', minMs: 5, maxMs: 120 } : { kind: 'throttle', bytesPerSecond: 40_000 },
      );
      return () => proxy.set({ kind: 'pass' });
    },
  },
  {
    name: 'postgres_disk_full',
    ids: 'F13',
    needsDisk: true,
    lastsMs: [300, 2_000],
    begin(rig) {
      rig.ground.disk?.fill();
      return () => rig.ground.disk?.free();
    },
  },
  {
    name: 'table_locked',
    ids: 'F12 F14',
    lastsMs: [0, 0],
    begin: (rig, random) =>
      rig.ground.postgres.lockTable(
        rig.database,
        random.pick(['subject', 'event', 'lane', 'writeback', 'connection']),
        random.integer(400, 2_000),
      ),
  },
];
