// npm run bench: one command for every measurement; each prints one table, or with --json all of its figures.

import { explain, type Given, type Options, readOptions } from './options.ts';

interface Measurement<All extends Options> {
  options: All;
  /** Rejects when it could not measure; resolves with the exit code: 1 where a check failed. */
  run(given: Given<All>): Promise<number>;
}

interface Command {
  says: string;
  run(args: readonly string[]): Promise<number>;
}

/** `load`: what others need is not even read. */
function command<All extends Options>(
  name: string,
  says: string,
  load: () => Promise<Measurement<All>>,
): [string, Command] {
  const run = async (args: readonly string[]): Promise<number> => {
    const { options, run: measure } = await load();
    const help = `npm run bench -- ${name} [options]\n\n${says}\n\n${explain(options)}`;
    if (args.includes('--help') || args.includes('-h')) {
      process.stdout.write(help);
      return 0;
    }
    let given: Given<All>;
    try {
      given = readOptions(options, args);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n\n${help}`);
      return 2;
    }
    return measure(given);
  };
  return [name, { says, run }];
}

const commands = new Map([
  command(
    'compare',
    'Interlock beside what people would pick instead; what runs without a word',
    () => import('./compare.ts'),
  ),
  command(
    'floor',
    'what this machine allows: answers and decisions without a database, rows without a service, and Interlock beside both',
    () => import('./floor/floor.ts'),
  ),
  command(
    'growth',
    'ten million transitions and a million open subjects beside nothing: rates, answers, plans, sizes and retention',
    () => import('./growth/growth.ts'),
  ),
  command(
    'overload',
    'once, twice and four times as many events as it can take: what is shed, and how fast the answers are',
    () => import('./load/overload.ts'),
  ),
  command(
    'outage',
    'a vendor is down until 100,000 writebacks wait for it: memory, the other vendor, and how it all drains',
    () => import('./load/outage.ts'),
  ),
  command(
    'scale-out',
    'one, two and four processes that share a Postgres and a nats-server',
    () => import('./load/scale-out.ts'),
  ),
  command(
    'start',
    'the built program: how soon it is ready, what it holds in memory at rest, how large it is',
    () => import('./load/start.ts'),
  ),
]);

const help = `npm run bench -- [command] [options of the command]

${[...commands].map(([name, { says }]) => `  ${name.padEnd(11)} ${says}`).join('\n')}

Each tells its options by --help. test/bench/README.md says what each measures, and what was found.
`;

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const wanted = commands.get(named ? first : 'compare');
if (first === '--help' || first === '-h') process.stdout.write(help);
else if (wanted) process.exitCode = await wanted.run(named ? rest : process.argv.slice(2));
else {
  process.stderr.write(`There is no command ${first}.\n\n${help}`);
  process.exitCode = 2;
}
