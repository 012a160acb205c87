// How long people, their tools and the service's own loops wait for an answer about the large database: each asked again and again, alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { createConsole } from '../../../src/console/app.ts';
import { diagramsOf } from '../../../src/console/diagram/kept-diagrams.ts';
import { createApp } from '../../../src/http/app.ts';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import type { Context } from '../../../src/services/context.ts';
import { keepTallies } from '../../../src/services/reports/keep-tallies.ts';
import { measurePages } from '../../console/page-timings/measure.ts';
import { createTestContext } from '../../support/context.ts';
import { numbered } from '../../support/large-history/persons.ts';
import { loopsOf } from '../../support/plans/loops.ts';

export interface Answer {
  kind: 'api' | 'page' | 'loop';
  question: string;
  times: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
}

const publicUrl = 'http://interlock.test';
/** More than anything is remembered for: each question is a new one. */
const rememberedMs = 121_000;
const warmUp = 3;

const pages = ['/stuck', '/overview', '/agreement', '/subjects/:subject', '/incidents', '/writebacks', '/applications'];

export async function measureAnswers(
  connectionString: string,
  times: number,
  say: (line: string) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const add = (answer: Answer): void => {
    answers.push(answer);
    say(`${answer.kind} ${answer.question}: p50 ${answer.p50Ms.toFixed(1)}, p95 ${answer.p95Ms.toFixed(1)} ms`);
  };
  await using service = await createTestContext({ connectionString });
  let ahead = 0;
  const context = { ...service.context, now: () => service.context.now() + ahead };
  // What a service has counted by the clock, reports do not count again: see its loops for what that costs.
  while ((await keepTallies(context)) > 0);
  const loops = loopsOf(context);
  await loops.find(({ question }) => question.startsWith('watch agreement'))?.run();
  await measureApi(context, times, add, () => {
    ahead += rememberedMs;
  });
  for (const { question, run } of loops) add({ kind: 'loop', question, ...(await timed(times, run)) });
  const wanted = new Set(pages);
  for (const { page, p50Ms, p95Ms, maxMs } of await measurePages(connectionString, {
    rounds: times,
    events: 0,
    wants: (page) => wanted.has(page.split('?')[0] ?? ''),
    log: () => {},
  }))
    add({ kind: 'page', question: page, times, p50Ms, p95Ms, maxMs });
  return answers;
}

async function measureApi(
  context: Context,
  times: number,
  add: (answer: Answer) => void,
  later: () => void,
): Promise<void> {
  const pages = createConsole(context, { publicUrl, trustedProxies: 1 });
  const app = createApp(context, {
    publicUrl,
    api: true,
    stopping: () => false,
    trustedProxies: 1,
    requestsPerMinute: 1_000_000,
    metricsHere: true,
    draw: diagramsOf(context),
    pages,
  });
  const subjects = await someSubjects(context);
  const day = 86_400_000;
  const from = (days: number): string => new Date(context.now() - days * day).toISOString();
  const questions: Readonly<Record<string, () => string>> = {
    '/v1/stuck': () => '/v1/stuck',
    '/v1/stuck?cause=late_against_sla': () => '/v1/stuck?cause=late_against_sla',
    '/v1/stuck?ageMinutes=1440&limit=200': () => '/v1/stuck?ageMinutes=1440&limit=200',
    '/v1/kpis, 7 days': () => `/v1/kpis?from=${from(7)}&to=${from(0)}`,
    '/v1/kpis, 90 days': () => `/v1/kpis?from=${from(90)}&to=${from(0)}`,
    '/v1/agreement': () => '/v1/agreement',
    '/v1/agreement?connection=greenhouse-eu': () => '/v1/agreement?connection=greenhouse-eu',
    '/v1/subjects/{id}: a timeline': () => `/v1/subjects/${subjects.shift() ?? ''}`,
  };
  for (const [question, address] of Object.entries(questions)) {
    let authorization = '';
    const ask = async (): Promise<void> => {
      const said = await app.request(`${publicUrl}${address()}`, { headers: { authorization } });
      const body = await said.text();
      if (said.status !== 200) throw new Error(`${question} answered ${said.status}: ${body.slice(0, 300)}`);
    };
    // A token lasts ten minutes.
    const prepare = async (): Promise<void> => {
      later();
      authorization = `Bearer ${await tokenOf(context, app)}`;
    };
    add({ kind: 'api', question, ...(await timed(times, ask, prepare)) });
  }
  pages.close();
}

async function tokenOf(context: Context, app: ReturnType<typeof createApp>): Promise<string> {
  const { id, secret } = await manageClients(context, context.database.engine).create(
    { name: 'Growth', kind: 'operator', scopes: ['reports:read', 'subjects:read'] },
    { actor: { kind: 'cli', id: 'bench' } },
  );
  const granted = await app.request(`${publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return ((await granted.json()) as { access_token: string }).access_token;
}

/** Here and there among all, each asked for once: what memory holds of one page is of no use to the next. */
async function someSubjects({ database }: Context): Promise<string[]> {
  const { count } = await database.engine
    .selectFrom('subject')
    .select((row) => row.fn.countAll<string>().as('count'))
    .where('id', '<', 'sub_01')
    .executeTakeFirstOrThrow();
  return Array.from({ length: 1_000 }, () => numbered('sub', 1 + Math.floor(Math.random() * Number(count))));
}

async function timed(
  times: number,
  run: () => Promise<unknown>,
  prepare: () => Promise<void> = async () => {},
): Promise<Pick<Answer, 'times' | 'p50Ms' | 'p95Ms' | 'maxMs'>> {
  const taken: number[] = [];
  for (let round = 0; round < times + warmUp; round += 1) {
    await prepare();
    const began = performance.now();
    await run();
    // The first ones compile and read from disk; a process that runs does neither.
    if (round >= warmUp) taken.push(performance.now() - began);
    await sleep(1);
  }
  const sorted = taken.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { times, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
