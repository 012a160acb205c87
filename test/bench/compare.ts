// npm run bench, or npm run bench -- compare: Interlock beside what people would pick instead, interleaved in one run, with every answer and arrival checked.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './children.ts';
import { hasRestate } from './companions.ts';
import { asJson, type Given, type Options } from './options.ts';
import { openBenchPostgres } from './postgres.ts';
import { baseline, summarise, tables } from './report.ts';
import { contenders, type Plan, type Round, runOne } from './run-one.ts';
import { path } from './season.ts';
import type { Contender } from './stage.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

export const options = {
  only: { says: 'some of the contenders', default: contenders.map(({ name }) => name).join(',') as string },
  events: { says: 'accepted ones of a round, eight of each application', default: '8000' },
  clients: { says: 'one request under way for each', default: '64' },
  rounds: { says: 'of everybody, interleaved', default: '3' },
  rate: { says: 'events per second of the open loop', default: '100' },
  seconds: { says: 'of the open loop; 0 leaves it out', default: '30' },
  limit: { says: 'how long a round may take, s', default: '240' },
  before: { says: 'another checkout: its Interlock is measured as `before-…` beside the one here' },
  profile: { says: "a folder for CPU profiles of the contenders' own processes" },
  statements: { says: 'count statements, and list the dearest', default: false },
  json: asJson,
} as const satisfies Options;

/** Returns the exit code: 1 where a round failed or a check did. */
export async function run(given: Given<typeof options>): Promise<number> {
  const plan: Plan = {
    applications: Math.ceil(Number(given.events) / path.length),
    clients: Number(given.clients),
    perSecond: Number(given.rate),
    seconds: Number(given.seconds),
    limit: Number(given.limit),
  };

  /** The same ones of the other checkout. */
  const before: Contender[] = contenders
    .filter(({ name }) => given.before !== undefined && name.startsWith('interlock'))
    .map((one) => ({ ...one, name: one.name.replace('interlock', 'before'), checkout: given.before as string }));
  const everybody = [...contenders, ...before];
  const wanted = given.only.split(',').map((name) => {
    const found = everybody.find((one) => one.name === name);
    if (!found)
      throw new Error(`There is no contender ${name}; there are ${everybody.map((one) => one.name).join(', ')}`);
    return found;
  });
  const present = wanted.filter(isInstalled);
  for (const { name } of wanted.filter((one) => !present.includes(one)))
    say(`${name} is left out: its packages are not there. npm ci --prefix test/bench`);

  compile();
  if (given.before) compile(given.before);
  const folder = mkdtempSync(join(tmpdir(), 'interlock-bench-'));
  // Where root runs this, Postgres runs as somebody else, who must pass through.
  chmodSync(folder, 0o711);
  if (given.profile) for (const { name } of present) mkdirSync(join(given.profile, name), { recursive: true });
  const postgres = await openBenchPostgres(folder, given.statements);
  const rounds: (Round & { number: number; load: number })[] = [];
  let failed = 0;
  try {
    for (let number = 1; number <= Number(given.rounds); number += 1) {
      for (const contender of present) {
        const load = loadavg()[0] ?? 0;
        try {
          const round = await runOne(contender, plan, postgres, folder, given.profile);
          rounds.push({ ...round, number, load });
          say(lineOf(number, round, load));
          for (const { calls, milliseconds, planning, text } of round.statements?.dearest ?? [])
            say(
              `  ${milliseconds.toFixed(1)} ms (planning ${planning.toFixed(1)}), ${calls.toFixed(1)} calls per 1,000: ${text.slice(0, 140)}`,
            );
        } catch (error) {
          failed += 1;
          say(`${number} ${contender.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    }
  } finally {
    await postgres.stop();
    if (failed === 0) rmSync(folder, { recursive: true, force: true });
    else say(`Logs are in ${folder}.`);
  }

  const summaries = summarise(rounds);
  process.stdout.write(
    given.json ? `${JSON.stringify({ plan, baseline, summaries, rounds }, null, 1)}\n` : `${tables(summaries)}\n`,
  );
  return failed > 0 || summaries.some(({ faults }) => faults > 0) ? 1 : 0;
}

/** Peers are installed on their own; without them Interlock is measured beside the hand-written service alone, and says so. */
function isInstalled({ name }: Contender): boolean {
  const packages: Record<string, string> = {
    'graphile-worker': 'graphile-worker',
    'pg-boss': 'pg-boss',
    dbos: '@dbos-inc/dbos-sdk',
  };
  const needs = packages[name];
  if (name === 'restate') return hasRestate();
  return needs === undefined || existsSync(join(import.meta.dirname, 'node_modules', needs));
}

function lineOf(number: number, round: Round, load: number): string {
  const {
    contender,
    acceptedPerSecond,
    writebacksPerSecond,
    cpu,
    commitsPerEvent,
    turnedAway,
    statements,
    open,
    checks,
  } = round;
  const rate = open ? `, event to vendor ${open.total.p50.toFixed(1)}/${open.total.p99.toFixed(1)} ms` : '';
  return (
    `${number} ${contender.padEnd(16)} ${acceptedPerSecond.toFixed(0)} accepted/s, ${writebacksPerSecond.toFixed(0)} write-backs/s, ` +
    `${cpu.sum.toFixed(2)} CPU s per 1,000 (${cpu.server.toFixed(2)} + ${cpu.postgres.toFixed(2)} + ${cpu.companion.toFixed(2)}), ` +
    `${commitsPerEvent.toFixed(2)} commits per event${statements ? `, ${statements.perEvent.toFixed(2)} statements` : ''}${rate}, ${turnedAway} turned away, checks ${Object.values(checks).join('/')}, load ${load.toFixed(1)}`
  );
}
