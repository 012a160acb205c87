// npm run bench -- growth: what ten million transitions and a million open subjects cost, beside nothing, in one run.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createTestContext } from '../../support/context.ts';
import { engineStatements } from '../../support/plans/engine-statements.ts';
import { faultsOf } from '../../support/plans/explain.ts';
import { loopStatements } from '../../support/plans/loop-statements.ts';
import { compile } from '../children.ts';
import { addressOfOwner, openBenchPostgres } from '../postgres.ts';
import { path } from '../season.ts';
import { measureAnswers } from './answers.ts';
import { history, makeHistory } from './history.ts';
import { measureRates } from './rates.ts';
import { measureRetention } from './retention.ts';
import { sizesOf, vacuumed } from './sizes.ts';
import { type Found, tables } from './table.ts';

const parts = ['rates', 'answers', 'plans', 'retention'] as const;

const usage = `npm run bench -- growth [options]

  --transitions  of the large database (10000000)
  --subjects     open ones (1000000)
  --folder       where it lies; the next run with the same sizes finds it filled
  --refill       fill it anew
  --only         some of ${parts.join(',')}
  --rounds       seasons on each database, by turns (3)
  --events       accepted events of a season (8000)
  --clients      (64)
  --times        how often each question is asked (40)
  --statements   count statements, and list the dearest
  --json         one JSON document on standard output
`;

/** Returns the exit code: 1 where a check failed, 2 where the options make no sense. */
export async function run(args: readonly string[]): Promise<number> {
  const { values: given } = parseArgs({
    args: [...args],
    options: {
      transitions: { type: 'string', default: '10000000' },
      subjects: { type: 'string', default: '1000000' },
      folder: { type: 'string' },
      refill: { type: 'boolean', default: false },
      only: { type: 'string', default: parts.join(',') },
      rounds: { type: 'string', default: '3' },
      events: { type: 'string', default: '8000' },
      clients: { type: 'string', default: '64' },
      times: { type: 'string', default: '40' },
      statements: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const only = given.only.split(',');
  const numbers = [given.transitions, given.subjects, given.rounds, given.events, given.clients, given.times];
  if (given.help || numbers.some((text) => !/^\d+$/.test(text)) || only.some((one) => !parts.includes(one as never))) {
    process.stdout.write(usage);
    return given.help ? 0 : 2;
  }
  const [transitions, subjects, rounds, events, clients, times] = numbers.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
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
