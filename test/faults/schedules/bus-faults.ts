// Faults of NATS: death, silence, amnesia, and messages that nobody of ours has sent.
import type { Random } from '../../../src/sandbox/kernel/random.ts';
import type { RigNats } from '../rig/nats.ts';
import { withClient } from '../rig/postgres.ts';
import type { TcpProxy } from '../rig/proxy.ts';
import type { Rig } from '../rig/rig.ts';
import type { Fault } from './fault.ts';

const natsOf = (rig: Rig): RigNats => rig.nats as RigNats;
const proxyOf = (rig: Rig, random: Random): TcpProxy =>
  rig.proxies.get(`${random.pick(rig.children).name}-nats`) as TcpProxy;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const all: readonly Fault[] = [
  {
    name: 'nats_kill',
    ids: 'F17',
    lastsMs: [50, 1_500],
    async begin(rig) {
      await natsOf(rig).kill9();
      return () => natsOf(rig).start();
    },
  },
  {
    name: 'nats_freeze',
    ids: 'F18',
    lastsMs: [500, 3_500],
    begin(rig) {
      natsOf(rig).freeze();
      return () => natsOf(rig).thaw();
    },
  },
  { name: 'nats_forgets_everything', ids: 'F19', lastsMs: [0, 0], begin: (rig) => natsOf(rig).forget('everything') },
  {
    name: 'nats_forgets_the_last_moments',
    ids: 'F19',
    lastsMs: [0, 0],
    async begin(rig, random) {
      natsOf(rig).remember();
      await wait(random.integer(200, 1_500));
      await natsOf(rig).forget('to_remembered');
    },
  },
  {
    name: 'stream_deleted',
    ids: 'F19',
    lastsMs: [0, 0],
    begin: (rig, random) =>
      natsOf(rig).administer(async (manager) => void (await manager.streams.delete(random.pick(['IL_CMD', 'IL_RES'])))),
  },
  {
    name: 'consumer_deleted',
    ids: 'F19',
    lastsMs: [0, 0],
    begin: (rig, random) =>
      natsOf(rig).administer(async (manager) => {
        if (random.chance(0.5)) await manager.consumers.delete('IL_CMD', 'greenhouse');
        else await manager.consumers.delete('IL_RES', 'core');
      }),
  },
  {
    name: 'nats_black_hole',
    ids: 'F18',
    lastsMs: [500, 3_000],
    begin(rig, random) {
      const proxy = proxyOf(rig, random);
      proxy.set({ kind: 'black_hole' });
      return () => proxy.set({ kind: 'pass' });
    },
  },
  { name: 'nats_reset', ids: 'F17', lastsMs: [0, 0], begin: (rig, random) => void proxyOf(rig, random).reset() },
  {
    name: 'nats_slow',
    ids: 'F22',
    lastsMs: [500, 2_500],
    begin(rig, random) {
      const proxy = proxyOf(rig, random);
      proxy.set({ kind: 'delay', minMs: 20, maxMs: 400 });
      return () => proxy.set({ kind: 'pass' });
    },
  },
  {
    name: 'nats_disk_full',
    ids: 'F20 F21',
    needsDisk: true,
    lastsMs: [500, 2_500],
    begin(rig) {
      natsOf(rig).disk?.fill();
      return async () => {
        natsOf(rig).disk?.free();
        // Old servers stay wedged when there is space again, until somebody restarts them.
        await natsOf(rig).start();
      };
    },
  },
  { name: 'poison_on_the_bus', ids: 'F24', lastsMs: [0, 0], begin: (rig) => poison(natsOf(rig)) },
  { name: 'forged_results', ids: 'F28', lastsMs: [0, 0], begin: forge },
];

export const busFaults: readonly Fault[] = all.map((fault) => ({ ...fault, needsNats: true }));

async function poison(nats: RigNats): Promise<void> {
  for (const subject of ['il.cmd.greenhouse.x', 'il.res.greenhouse.x']) {
    await nats.publish(subject, new Uint8Array([0xff, 0xfe, 0x00, 0x7b]));
    await nats.publish(subject, JSON.stringify({ id: 7, outcome: 'confirmed' }));
    await nats.publish(subject, `${'['.repeat(2_000)}${']'.repeat(2_000)}`);
    await nats.publish(subject, JSON.stringify({ id: 'x', padding: 'x'.repeat(200_000) }));
  }
}

/** A worker that lies: about writebacks that are not there, of another connection, and of attempts that were never made. */
async function forge(rig: Rig): Promise<void> {
  const known = await withClient(rig.databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string; attempt: number }>(
      `select id, attempt from writeback where connection_id = 'greenhouse' order by random() limit 5`,
    );
    return rows;
  }).catch(() => []);
  const lies = [
    { id: `wrb_${'0'.repeat(26)}`, attempt: 1, connection: 'greenhouse' },
    ...known.map(({ id, attempt }) => ({ id, attempt: attempt + 20, connection: 'greenhouse' })),
    ...known.map(({ id, attempt }) => ({ id, attempt: Math.max(attempt, 1), connection: 'bamboohr' })),
  ];
  for (const lie of lies)
    await natsOf(rig).publish(
      // As it must be, or it would be dropped unread.
      `il.res.${lie.connection}.confirmed`,
      JSON.stringify({ ...lie, mode: 'apply', outcome: { kind: 'confirmed' }, reported: { tookMs: 1 } }),
    );
}
