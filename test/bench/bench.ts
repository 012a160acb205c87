// npm run bench: one command for every measurement; each prints one table, or with --json all of its figures.

interface Command {
  says: string;
  /** Rejects when it could not measure; resolves with the exit code: 1 where a check failed. */
  load(): Promise<{ run(args: readonly string[]): Promise<number> }>;
}

const commands: Readonly<Record<string, Command>> = {
  compare: {
    says: 'Interlock beside what people would pick instead; what runs without a word',
    load: () => import('./compare.ts'),
  },
  growth: {
    says: 'ten million transitions and a million open subjects beside nothing: rates, answers, plans, sizes and retention',
    load: () => import('./growth/growth.ts'),
  },
  overload: {
    says: 'once, twice and four times as many events as it can take: what is shed, and how fast the answers are',
    load: () => import('./load/overload.ts'),
  },
  outage: {
    says: 'a vendor is down until 100,000 writebacks wait for it: memory, the other vendor, and how it all drains',
    load: () => import('./load/outage.ts'),
  },
  'scale-out': {
    says: 'one, two and four processes that share a Postgres and a nats-server',
    load: () => import('./load/scale-out.ts'),
  },
  start: {
    says: 'the built program: how soon it is ready, what it holds in memory at rest, how large it is',
    load: () => import('./load/start.ts'),
  },
};

const help = `npm run bench -- [command] [--json] [options of the command]

${Object.entries(commands)
  .map(([name, { says }]) => `  ${name.padEnd(11)} ${says}`)
  .join('\n')}

test/bench/README.md says what each measures, its options, and what was found.
`;

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const command = commands[named ? first : 'compare'];
if (first === '--help' || first === '-h') process.stdout.write(help);
else if (command) process.exitCode = await (await command.load()).run(named ? rest : process.argv.slice(2));
else {
  process.stderr.write(`There is no command ${first}.\n\n${help}`);
  process.exitCode = 2;
}
