// NATS dies in the middle of the traffic and comes back without its data: nothing is lost, nothing is written out of order.
import { afterEach, beforeAll, expect, test } from 'vitest';
import { build } from '../support/build.ts';
import { until } from '../support/hiring-office.ts';
import { describeNats, natsServer } from '../support/nats.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { dataFolder, start } from './running.ts';
import {
  addClient,
  expectHeard,
  expectRecorded,
  expectSettled,
  expectWholeLog,
  openBooks,
  openOffice,
  poster,
  tokenOf,
} from './traffic.ts';

const undo: (() => Promise<unknown>)[] = [];
beforeAll(build, 120_000);
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

describeNats('NATS that forgets everything', () => {
  test('loses no event and inverts no write', { timeout: 180_000 }, async () => {
    const database = await createTestDatabase();
    undo.push(database.drop);
    const nats = await natsServer();
    undo.push(nats.stop);
    const { folder, remove } = dataFolder();
    undo.push(remove);
    const environment = {
      INTERLOCK_DATA_DIR: folder,
      INTERLOCK_ALLOW_PRIVATE_ADDRESSES: 'true',
      INTERLOCK_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
      DATABASE_URL: database.connectionString,
      INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
      NATS_URL: nats.url,
    };
    const service = await start(environment);
    const token = await tokenOf(service.url, await addClient(environment));
    const office = await openOffice(service.url, token);
    undo.push(async () => office[Symbol.asyncDispose]());
    const books = await openBooks(database.connectionString);
    undo.push(books.close);
    const sender = poster(service.url, token);
    undo.push(async () => sender.giveUp.abort());

    const refs = office.applicants(60);
    const playing = Promise.all(refs.map((ref) => office.play(sender, ref, 2_000)));
    const written = (): number => office.greenhouse.log.entries().filter((entry) => entry.by === 'api').length;
    await until(async () => written() >= 40, 30_000);
    const [leased] = await books.query<{ count: string }>(`select count(*) from writeback where status = 'leased'`);
    await nats.kill9();
    expect(Number(leased?.count)).toBeGreaterThan(0);
    expect(written()).toBeLessThan(refs.length * 3);
    // While it is away events are taken all the same: the tables are the outbox.
    const answered = sender.answered.size;
    await until(async () => sender.answered.size >= answered + 20, 15_000);
    nats.deleteData();
    await nats.restart();
    await playing;

    await expectSettled(books, office, refs, 90_000);
    await office.greenhouse.webhooks?.drain();
    await expectRecorded(books, sender.answered);
    await expectHeard(books, office);
    await expectWholeLog(books);
    // Driven again at once, not a lease at a time: after losing its memory the bus says so.
    expect((await service.terminate()).code).toBe(0);
  });
});
