// npm run bench -- growth: what ten million transitions and a million open subjects cost, beside nothing, in one run.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createTestContext } from '../../support/context.ts';
import { engineStatements } from '../../support/plans/engine-statements.ts';
import { faultsOf } from '../../support/plans/explain.ts';
import { loopStatements } from '../../support/plans/loop-statements.ts';
import { compile } from '../children.ts';
import { asJson, type Given, type Options } from '../options.ts';
import { addressOfOwner, openBenchPostgres } from '../postgres.ts';
import { path } from '../season.ts';
import { measureAnswers } from './answers.ts';
import { history, makeHistory } from './history.ts';
import { measureRates } from './rates.ts';
import { measureRetention } from './retention.ts';
import { sizesOf, vacuumed } from './sizes.ts';
import { type Found, tables } from './table.ts';

const parts = ['rates', 'answers', 'plans', 'retention'] as const;

export const options = {
  transitions: { says: 'of the large database', default: '10000000' },
  subjects: { says: 'open ones', default: '1000000' },
  folder: { says: 'where it lies; the next run with the same sizes finds it filled' },
  refill: { says: 'fill it anew', default: false },
  only: { says: `some of ${parts.join(',')}`, default: parts.join(',') as string },
  rounds: { says: 'seasons on each database, by turns', default: '3' },
  events: { says: 'accepted events of a season', default: '8000' },
  clients: { says: 'one request under way for each', default: '64' },
  times: { says: 'how often each question is asked', default: '40' },
  statements: { says: 'count statements, and list the dearest', default: false },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code: 1 where a check failed, 2 where there is no such part. */
export async function run(given: Given<typeof options>): Promise<number> {
  const only = given.only.split(',');
  const unknown = only.filter((one) => !parts.includes(one as never));
  if (unknown.length > 0) {
    process.stderr.write(`There is no part ${unknown.join(', ')}; there are ${parts.join(', ')}\n`);
    return 2;
  }
  const [transitions, subjects, rounds] = [given.transitions, given.subjects, given.rounds].map(Number) as [
    number,
    number,
    number,
  ];
  const [events, clients, times] = [given.events, given.clients, given.times].map(Number) as [number, number, number];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = resolve(given.folder ?? join(tmpdir(), `interlock-growth-${subjects}-${transitions}`));
  // Where root runs this, Postgres runs as somebody else, who must pass through.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  await makeHistory(folder, { subjects, transitions, refill: given.refill }, say);
  compile();
  const postgres = await openBenchPostgres(folder, given.statements);
  const found: Found = { transitions, subjects };
  try {
    const large = postgres.addressOf(history);
    const asOwner = addressOfOwner(large);
    if (only.includes('rates')) {
      const plan = { applications: Math.ceil(events / path.length), clients, perSecond: 0, seconds: 0, limit: 240 };
      found.before = await sizesOf(large);
      found.rates = await measureRates(postgres, folder, { rounds, plan }, say);
      found.after = await sizesOf(large);
      found.vacuumed = await vacuumed(large);
    }
    if (only.includes('answers')) found.answers = await measureAnswers(asOwner, times, say);
    if (only.includes('plans')) found.planFaults = await plans(asOwner);
    if (only.includes('retention')) found.retention = await measureRetention(large, asOwner, 200, 7);
  } finally {
    await postgres.stop();
  }
  process.stdout.write(given.json ? `${JSON.stringify(found, null, 1)}\n` : `${tables(found)}\n`);
  return (found.rates?.faults ?? 0) > 0 || (found.planFaults?.length ?? 0) > 0 ? 1 : 0;
}

async function plans(connectionString: string): Promise<string[]> {
  await using service = await createTestContext({ connectionString });
  const { context } = service;
  const asked = [...(await engineStatements()), ...(await loopStatements(context, connectionString))];
  return await faultsOf(context.database, asked);
}
