// `interlock connection add … --adapter file-drop` and `interlock files list`: what they take, refuse and show.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Interlock, onDatabase } from '../support/command-line.ts';
import { type FileExchangeBench, openFileExchange } from '../support/file-exchange.ts';

let bench: FileExchangeBench;
let interlock: Interlock;
beforeAll(async () => {
  bench = await openFileExchange();
  interlock = onDatabase(bench.service.connectionString);
});
afterAll(() => bench[Symbol.asyncDispose]());

const settings = JSON.stringify({
  place: { kind: 'folder', path: 'acme' },
  speaksAs: 'hris',
  stages: { 'active.offer': 'OFFER' },
  outbound: { states: ['active.offer'], proof: { by: 'nothing' } },
});
const add = (name: string, ...more: string[]) =>
  interlock('connection', 'add', name, '--adapter', 'file-drop', '--settings', settings, ...more);

test('what proves nothing is refused, unless it is one-way', { timeout: 120_000 }, async () => {
  const refused = await add('observer');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('must be "out"');
  const ran = await add('observer', '--direction', 'out');
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout).toContain('# Connecting a system by CSV files');
  const shown = await interlock('connection', 'show', 'observer');
  expect(shown.stdout).toContain('out: it observes');
});

test('files are listed with what became of their rows', { timeout: 120_000 }, async () => {
  expect((await interlock('files', 'list')).stdout).toContain('There are no files yet.');
  const managed = await bench.add('legacy');
  if (!managed.ok) throw new Error(JSON.stringify(managed));
  bench.legacy.move('A1', 'NEW', new Date(0), { first_name: 'Kim' });
  await bench.legacy.drop('monday.csv');
  await bench.exchange();
  const ran = await interlock('files', 'list', '--connection', 'legacy', '--json');
  expect(JSON.parse(ran.stdout).items).toMatchObject([
    {
      connection: 'legacy',
      side: 'in',
      name: 'monday.csv',
      state: 'taken',
      rows: 1,
      rowsDone: 1,
      recorded: 1,
      faults: 0,
    },
  ]);
});
