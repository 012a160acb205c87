// The same event ten thousand times, and two processes that hear of a new subject at the same moment.
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../support/build.ts';
import { describeNats, natsServer } from '../support/nats.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { dataFolder, type Running, start } from './running.ts';
import { addClient, type Books, expectWholeLog, openBooks, tokenOf } from './traffic.ts';

const undo: (() => Promise<unknown>)[] = [];
let one: Running;
let other: Running;
let books: Books;
let tokens: [string, string];

async function open(): Promise<void> {
  await build();
  const database = await createTestDatabase();
  undo.push(database.drop);
  const nats = await natsServer();
  undo.push(nats.stop);
  const { folder, remove } = dataFolder();
  undo.push(remove);
  const environment = {
    INTERLOCK_DATA_DIR: folder,
    INTERLOCK_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    INTERLOCK_REQUESTS_PER_MINUTE: '1000000',
    DATABASE_URL: database.connectionString,
    INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
    NATS_URL: nats.url,
  };
  [one, other] = await Promise.all([start(environment), start({ ...environment, INTERLOCK_ROLES: 'api' })]);
  const credentials = await addClient(environment);
  tokens = [await tokenOf(one.url, credentials), await tokenOf(other.url, credentials)];
  books = await openBooks(database.connectionString);
  undo.push(books.close);
}

interface Answer {
  status: number;
  body: { disposition?: string; original?: string; code?: string; event?: string; subject?: string | null };
}

/** One request over a connection of the agent; 503 means that nothing was recorded, and is asked again. */
async function post(agent: Agent, url: string, token: string, event: unknown): Promise<Answer> {
  const body = JSON.stringify(event);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  for (;;) {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const asking = request(`${url}/v1/events`, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
        );
      });
      asking.once('error', reject);
      asking.end(body);
    });
    if (answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const received = (id: string, ref: string) => ({
  id,
  type: 'application.received',
  subject: { system: 'ats', ref },
  occurredAt: new Date().toISOString(),
});

const counted = async (measure: string): Promise<number> =>
  Number(
    (await books.query(`select coalesce(sum(count), 0) as count from kpi_hour where measure = $1`, [measure]))[0]
      ?.count,
  );

describeNats('two processes with the API', () => {
  beforeAll(open, 120_000);
  afterAll(async () => {
    for (const undoOne of undo.splice(0).reverse()) await undoOne();
  });

  test('10,000 posts of one event make one row and one transition', { timeout: 120_000 }, async () => {
    const agents = [
      { agent: new Agent({ keepAlive: true, maxSockets: 32 }), url: one.url, token: tokens[0] },
      { agent: new Agent({ keepAlive: true, maxSockets: 32 }), url: other.url, token: tokens[1] },
    ] as const;
    const event = received('ten-thousand', 'T1');
    const answers: Answer[] = [];
    let left = 10_000;
    const sender = async (index: number): Promise<void> => {
      const { agent, url, token } = agents[index % 2 === 0 ? 0 : 1];
      while (left > 0) {
        left -= 1;
        answers.push(await post(agent, url, token, event));
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, index) => sender(index)));
    for (const { agent } of agents) agent.destroy();

    expect(answers).toHaveLength(10_000);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    const repeated = answers.filter((answer) => answer.status === 200);
    expect(repeated).toHaveLength(9_999);
    expect(repeated.every(({ body }) => body.disposition === 'duplicate' && body.original === 'applied')).toBe(true);
    expect(new Set(answers.map(({ body }) => body.event)).size).toBe(1);
    const rows = await books.query(`select id from event where external_id = 'ten-thousand'`);
    expect(rows).toHaveLength(1);
    expect(await books.query('select version from transition where event_id = $1', [rows[0]?.id])).toEqual([
      { version: 1 },
    ]);
    expect(await counted('event.duplicate')).toBe(9_999);
    expect(await counted('event.received')).toBe(10_000);
    await expectWholeLog(books);
  });

  test('two first events of one subject at once make one subject, a hundred times', { timeout: 60_000 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    for (let round = 0; round < 100; round += 1) {
      const ref = `R${round}`;
      const answers = await Promise.all([
        post(agent, one.url, tokens[0], received(`left-${round}`, ref)),
        post(agent, other.url, tokens[1], received(`right-${round}`, ref)),
      ]);
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
      expect(new Set(answers.map(({ body }) => body.subject)).size).toBe(1);
    }
    agent.destroy();
    const subjects = await books.query(
      `select count(distinct subject_id) as subjects, count(*) as names from subject_ref where external_id like 'R%'`,
    );
    expect(subjects).toEqual([{ subjects: '100', names: '100' }]);
    await expectWholeLog(books);
  });
});
