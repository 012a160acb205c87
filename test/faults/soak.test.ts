// Tier 3 in small: the parts that judge a soak notice what they should, and three thousand events under trouble break nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withClient } from './rig/postgres.ts';
import { run } from './soak/index.ts';
import { createLedger, hashOf, nameOf, numberOf } from './soak/ledger.ts';
import { growthOf, hasGrown, type Life } from './soak/memory.ts';
import { createCompactLog } from './soak/vendor-logs.ts';

const mebibyte = 2 ** 20;
/** An hour of samples, one each 5 s; `bytes` by the share of the hour that is over. */
const hour = (bytes: (share: number) => number): Life => ({
  name: 'core-2',
  pid: 1,
  bornAt: 0,
  samples: Array.from({ length: 720 }, (_, at) => ({ at: at * 5_000, bytes: bytes(at / 720) * mebibyte })),
});
const wobble = (share: number): number => 5 * Math.sin(share * 100);

test.each([
  ['flat with a wobble', (share: number) => 150 + wobble(share), false],
  ['filling at first, then flat', (share: number) => 150 - 100 * Math.exp(-share * 150), false],
  ['one late peak', (share: number) => (share > 0.9 && share < 0.91 ? 220 : 150), false],
  ['8 % more in an hour', (share: number) => 150 * (1 + 0.08 * share), false],
  ['30 % more in an hour', (share: number) => 150 * (1 + 0.3 * share) + wobble(share), true],
  ['a step that stays', (share: number) => (share > 0.5 ? 200 : 150), true],
])('memory that is %s', (_, bytes, grew) => {
  const growth = growthOf(hour(bytes));
  expect(growth && hasGrown(growth)).toBe(grew);
});

test.each([
  ['has the ids of ten minutes, and is flat from then on', (share: number) => 60 + 120 * Math.min(1, share * 6), false],
  ['goes on growing', (share: number) => 60 + 200 * share, true],
])('a nats-server that %s', (_, bytes, grew) => {
  const growth = growthOf({ ...hour(bytes), name: 'nats' });
  expect(growth && hasGrown(growth)).toBe(grew);
});

test('a short life is not judged', () => {
  const life = hour((share) => 100 + share * 1_000);
  expect(growthOf({ ...life, samples: life.samples.slice(0, 80) })).toBeNull();
});

test('a compact log gives back what it was given, object by object', () => {
  const log = createCompactLog();
  const entries = Array.from({ length: 5_000 }, (_, at) => ({
    at: 1_700_000_000_000 + at,
    object: String(at % 7),
    from: at < 7 ? null : `stage ${at % 5}`,
    to: `stage ${at % 3}`,
    by: at % 2 ? ('hand' as const) : ('api' as const),
  }));
  for (const entry of entries) log.append(entry);
  expect(log.of('3')).toEqual(entries.filter((entry) => entry.object === '3'));
  expect(log.of('none')).toEqual([]);
});

test('a ledger remembers the last word about an event, and notices words that contradict each other', () => {
  const ledger = createLedger(10);
  const number = ledger.begin('portal', 'event') ?? -1;
  ledger.hear(number, { status: 202, disposition: 'parked', event: 'evt_1' });
  ledger.hear(number, { status: 200, disposition: 'duplicate', original: 'applied', event: 'evt_1' });
  expect(ledger.heard(number)).toEqual({ disposition: 'applied', version: 0, eventHash: hashOf('evt_1') });
  expect([ledger.senderOf(number), numberOf(nameOf(number)), ledger.contradictions]).toEqual(['portal', number, []]);
  ledger.hear(number, { status: 409, disposition: 'refused', event: 'evt_1' });
  ledger.hear(number, { status: 200, disposition: 'duplicate', original: 'refused', event: 'evt_2' });
  expect(ledger.contradictions).toEqual([
    'soak-0 was answered applied and then refused',
    'soak-0 was answered as two events',
  ]);
});

test('a run has as many events as it may, of every kind together', () => {
  const ledger = createLedger(4);
  ledger.add('webhook', 2);
  expect([1, 2, 3].map(() => ledger.begin('ats', 'event'))).toEqual([0, 1, null]);
});

test('three thousand events under trouble break nothing; one that is forged afterwards is noticed', {
  timeout: 400_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-kept-'));
  const said: string[] = [];
  const report = await run({
    seeds: 3,
    seed: 5,
    folder,
    alive: 100,
    log: (line) => said.push(line),
    async beforeCheck(rig) {
      await withClient(rig.databaseUrl, (client) =>
        client.query(`set session_replication_role = replica;
          delete from event where id = (select event_id from transition where source like 'client:%' order by event_id desc limit 1)`),
      );
    },
  });
  const invariants = new Set(report.violations.map((one) => one.invariant));
  // The answer to it has no row, its transition has no event, and the counts are one too high.
  expect([...invariants].sort(), said.join('\n')).toEqual(['I1', 'I10', 'I2']);
  expect(report.figures.faults).toBeGreaterThan(0);
  rmSync(folder, { recursive: true, force: true });
});
