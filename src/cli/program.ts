// The whole command line: registers every command, parses, and turns whatever happens into an exit status.
import { Command, CommanderError } from 'commander';
import { accountCommands } from './account/index.ts';
import { adapterCommands } from './adapter/index.ts';
import { adaptersCommand } from './adapters.ts';
import { agreementCommand } from './agreement.ts';
import { alertCommands } from './alert/index.ts';
import { print } from './answer.ts';
import { auditCommands } from './audit/index.ts';
import { certifyCommand } from './certify.ts';
import { clientCommands } from './client/index.ts';
import { connectionCommands } from './connection/index.ts';
import { demoCommand } from './demo-command.ts';
import { dictionaryCommands } from './dictionary/index.ts';
import { eventCommands } from './event/index.ts';
import { fileCommands } from './files/index.ts';
import { importCommand } from './import.ts';
import { incidentCommands } from './incident/index.ts';
import { machineCommands } from './machine/index.ts';
import { migrateCommand } from './migrate.ts';
import { personCommands } from './person/index.ts';
import { schemaCommands } from './schema/index.ts';
import type { Cli, Surroundings } from './terminal.ts';
import { waveCommands } from './wave/index.ts';
import { writebackCommands } from './writeback/index.ts';

/** `argv` without the program itself. Never rejects. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { stdout, stderr, stdin, env } = surroundings;
  const cli: Cli = { stdout, stderr, stdin, env, exitCode: 0 };
  try {
    await createProgram(cli).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    fail(cli, error, argv.includes('--json'));
  }
  return cli.exitCode;
}

/** Exported for the test that goes through all commands. */
export function createProgram(cli: Cli): Command {
  const program = new Command('interlock')
    .description(
      'Runs beside the service, on the same DATABASE_URL or data folder: connections, clients, machines, and what needs a person.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError()
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nIn a checkout: npm run --silent interlock -- <command>. Every command explains itself with --help.',
    );
  connectionCommands(program, cli);
  clientCommands(program, cli);
  accountCommands(program, cli);
  machineCommands(program, cli);
  dictionaryCommands(program, cli);
  writebackCommands(program, cli);
  waveCommands(program, cli);
  incidentCommands(program, cli);
  fileCommands(program, cli);
  agreementCommand(program, cli);
  alertCommands(program, cli);
  importCommand(program, cli);
  eventCommands(program, cli);
  personCommands(program, cli);
  auditCommands(program, cli);
  adaptersCommand(program, cli);
  adapterCommands(program, cli);
  certifyCommand(program, cli);
  migrateCommand(program, cli);
  schemaCommands(program, cli);
  demoCommand(program, cli);
  return program;
}

function fail(cli: Cli, error: unknown, json: boolean): void {
  if (!(error instanceof CommanderError)) {
    const message = error instanceof Error ? error.message : String(error);
    print(cli, { kind: 'failed', exitCode: 1, code: 'failed', message, problems: [] }, json);
    return;
  }
  // Help and version end this way too. Commander has said on stderr what is wrong; machines are told as well.
  cli.exitCode = error.exitCode === 0 ? 0 : 2;
  if (json && cli.exitCode === 2)
    cli.stdout.write(
      `${JSON.stringify({ error: { code: 'usage', message: error.message, problems: [] } }, null, 2)}\n`,
    );
}
