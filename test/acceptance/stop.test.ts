// SIGTERM under load: the service ends in time and politely, and what it answered is there after the next start.
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { joinEmbeddedPostgres } from '../../src/store/embedded/start.ts';
import { build } from '../support/build.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/hiring-office.ts';
import { dataFolder, descendantsOf, start } from './running.ts';
import { addClient, expectRecorded, expectWholeLog, openBooks, poster, tokenOf } from './traffic.ts';

const undo: (() => Promise<unknown>)[] = [];
beforeAll(build, 120_000);
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

test('no event that was answered is missing after a stop under load', { timeout: 90_000 }, async () => {
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const environment = { INTERLOCK_DATA_DIR: folder, INTERLOCK_PORT: String(await freePort()) };
  const first = await start(environment);
  const token = await tokenOf(first.url, await addClient(environment));
  const sender = poster(first.url, token);
  undo.push(async () => sender.giveUp.abort());
  let serial = 0;
  const load = async (): Promise<void> => {
    while (!sender.giveUp.signal.aborted) {
      serial += 1;
      await sender.post({
        id: `load-${serial}`,
        type: 'application.received',
        subject: { system: 'ats', ref: `L${serial}` },
      });
    }
  };
  const loading = Promise.all(Array.from({ length: 16 }, load));
  await until(async () => sender.answered.size > 300, 20_000);
  const below = descendantsOf(first.pid);
  expect(below.length).toBeGreaterThan(0);

  const end = await first.terminate();
  const answered = new Map(sender.answered);
  sender.giveUp.abort();
  await loading;
  expect(end.code).toBe(0);
  expect(end.ms).toBeLessThan(15_000);
  expect([...answered.values()].every((status) => status === 201)).toBe(true);
  // Its database and its bus went with it.
  expect(descendantsOf(process.pid).filter((pid) => below.includes(pid))).toEqual([]);

  await start(environment);
  const connectionString = await joinEmbeddedPostgres(join(folder, 'postgres'));
  const books = await openBooks(connectionString ?? '');
  undo.push(books.close);
  await expectRecorded(books, answered);
  await expectWholeLog(books);
});
