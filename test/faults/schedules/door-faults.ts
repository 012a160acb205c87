// Faults at our own doors: clients' networks, slow and greedy clients, floods.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../src/sandbox/kernel/random.ts';
import type { TcpProxy } from '../rig/proxy.ts';
import type { Rig } from '../rig/rig.ts';
import type { Fault } from './fault.ts';

const doorOf = (rig: Rig, random: Random): TcpProxy => rig.proxies.get(random.pick(rig.cores).name) as TcpProxy;

export const doorFaults: readonly Fault[] = [
  { name: 'door_reset', ids: 'F1', lastsMs: [0, 0], begin: (rig, random) => void doorOf(rig, random).reset() },
  {
    name: 'door_reply_cut',
    ids: 'F1',
    lastsMs: [0, 0],
    async begin(rig, random) {
      for (let times = 0; times < 4; times += 1) {
        const door = doorOf(rig, random);
        door.reset();
        door.cutAfter(random.integer(1, 900));
        await sleep(80);
      }
    },
  },
  {
    name: 'door_black_hole',
    ids: 'F11',
    lastsMs: [300, 2_000],
    begin(rig, random) {
      const door = doorOf(rig, random);
      door.set({ kind: 'black_hole' });
      return () => {
        door.set({ kind: 'pass' });
        door.reset();
      };
    },
  },
  {
    name: 'door_requests_doubled',
    ids: 'F1 F4',
    lastsMs: [500, 1_500],
    begin(rig, random) {
      const door = doorOf(rig, random);
      door.reset();
      door.duplicate(6);
      return () => door.duplicate(0);
    },
  },
  {
    name: 'door_half_close',
    ids: 'F1',
    lastsMs: [0, 0],
    begin: (rig, random) => void doorOf(rig, random).halfClose(random.pick(['client', 'server'])),
  },
  {
    name: 'slow_clients',
    ids: 'F37',
    lastsMs: [1_000, 3_000],
    begin(rig, random) {
      const { port } = new URL(random.pick(rig.cores).url);
      const sockets = Array.from({ length: 150 }, (_, at) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {});
        socket.write(
          at % 2 === 0
            ? 'POST /v1/events HTTP/1.1\r\nHost: x\r\n'
            : 'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{',
        );
        return socket;
      });
      return () => {
        for (const socket of sockets) socket.destroy();
      };
    },
  },
  {
    name: 'greedy_clients',
    ids: 'F37 F38',
    lastsMs: [0, 0],
    async begin(rig) {
      const token = await rig.token('ats', 0).catch(() => '');
      const many = JSON.stringify(
        Array.from({ length: 1_000 }, (_, at) => ({ id: `greedy-${at}`, type: 'no.such.event' })),
      );
      const bodies = [
        many,
        many,
        'x'.repeat(6 * 1024 * 1024),
        `{"data":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
      ];
      await Promise.all(
        bodies.map((body) =>
          fetch(`${rig.url(0)}/v1/events`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body,
            signal: AbortSignal.timeout(3_000),
          }).then(
            (answer) => answer.arrayBuffer(),
            () => null,
          ),
        ),
      );
    },
  },
];
