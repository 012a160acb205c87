// npm run bench -- floor: what this machine allows at all. Answers and decisions without a database, rows without a service, and Interlock between them.

import { cpuSeconds } from '../cpu.ts';
import { print, say, withPostgres } from '../load/run.ts';
import { closedLoop } from '../loops.ts';
import { asJson, type Given, type Options } from '../options.ts';
import type { BenchPostgres } from '../postgres.ts';
import { middleOf } from '../report.ts';
import { contenders, type Plan, runOne } from '../run-one.ts';
import { acceptedOf, path, season } from '../season.ts';
import { openStage, total } from '../stage.ts';
import { insertRows } from './rows.ts';

interface Figures {
  what: string;
  perSecond: number;
  /** CPU seconds per 1,000 accepted events. */
  cpu: { service: number; postgres: number };
}

// The embedded server takes 60 connections.
const ways = [
  { what: 'rows: an event a commit, 48 connections', connections: 48, events: 1 },
  { what: 'rows: an event a commit, 1 connection', connections: 1, events: 1 },
  { what: 'rows: 64 events a commit, 1 connection', connections: 1, events: 64 },
  { what: 'rows: 256 events a commit, 1 connection', connections: 1, events: 256 },
  { what: 'rows: 256 events a commit, 2 connections', connections: 2, events: 256 },
];
const batchFloor = 'rows: 256 events a commit, 1 connection';
const answers = 'answers and decisions, no database';

async function answerAlone(plan: Plan, postgres: BenchPostgres, folder: string): Promise<Figures> {
  const contender = { name: 'no-database', file: 'contenders/no-database.ts' };
  const stage = await openStage(contender, postgres, { folder, limit: plan.limit });
  try {
    await closedLoop(stage.face, season(128, plan.clients, 'warm'));
    const scripts = season(plan.applications, plan.clients, 'app');
    const accepted = total(acceptedOf(scripts.flat()));
    const before = cpuSeconds(stage.contender.pid);
    const { seconds, wrong } = await closedLoop(stage.face, scripts);
    if (wrong.length > 0) throw new Error(`${wrong.length} wrong answers, such as ${wrong[0]}`);
    const service = ((cpuSeconds(stage.contender.pid) - before) / accepted) * 1_000;
    return { what: answers, perSecond: accepted / seconds, cpu: { service, postgres: 0 } };
  } finally {
    await stage.stop();
  }
}

async function interlock(plan: Plan, postgres: BenchPostgres, folder: string, name: string): Promise<Figures> {
  const contender = contenders.find((one) => one.name === name);
  if (!contender) throw new Error(`There is no contender ${name}`);
  const { acceptedPerSecond, cpu, checks } = await runOne(contender, plan, postgres, folder);
  const failed = Object.entries(checks).filter(([, count]) => count !== 0);
  if (failed.length > 0) throw new Error(`${name}: ${JSON.stringify(checks)}`);
  return {
    what: name,
    perSecond: acceptedPerSecond,
    cpu: { service: cpu.server + cpu.companion, postgres: cpu.postgres },
  };
}

export const options = {
  events: { says: 'accepted ones of a season', default: '8000' },
  clients: { says: 'one request under way for each', default: '64' },
  seconds: { says: 'for rows, of each way', default: '5' },
  rounds: { says: 'of everything, interleaved', default: '3' },
  beside: { says: 'what is held against the floor', default: 'hand-written,interlock-local' },
  limit: { says: 'how long a season may take, s', default: '240' },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code; rejects where a check failed. */
export async function run(given: Given<typeof options>): Promise<number> {
  const plan: Plan = {
    applications: Math.ceil(Number(given.events) / path.length),
    clients: Number(given.clients),
    seconds: 0,
    perSecond: 0,
    limit: Number(given.limit),
  };
  const beside = given.beside.split(',');
  const found = await withPostgres(async (postgres, folder) => {
    const rounds: Figures[] = [];
    const add = (figures: Figures): void => {
      rounds.push(figures);
      say(JSON.stringify(figures));
    };
    for (let number = 1; number <= Number(given.rounds); number += 1) {
      add(await answerAlone(plan, postgres, folder));
      for (const { what, ...way } of ways) {
        const { perSecond, cpu } = await insertRows(postgres, { ...way, seconds: Number(given.seconds) });
        add({ what, perSecond, cpu: { service: cpu.node, postgres: cpu.postgres } });
      }
      for (const name of beside) add(await interlock(plan, postgres, folder, name));
    }
    return rounds;
  });
  const median = (what: string, of: (figures: Figures) => number): number =>
    middleOf(found.filter((one) => one.what === what).map(of)).median;
  const floor = median(batchFloor, ({ cpu }) => cpu.postgres);
  const rows = [answers, ...ways.map(({ what }) => what), ...beside].map((what) => {
    const postgres = median(what, ({ cpu }) => cpu.postgres);
    return [
      what,
      median(what, (one) => one.perSecond),
      median(what, ({ cpu }) => cpu.service),
      postgres,
      postgres / floor,
    ];
  });
  const columns = 'what,events/s,CPU s per 1 000: of the process (and its broker),of Postgres,Postgres to 256 a commit';
  print({ plan, rounds: found }, columns.split(','), rows, given.json);
  return 0;
}
