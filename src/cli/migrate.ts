// `interlock migrate`: brings the database to this version's schema, as every start does too.
import type { Command } from 'commander';
import { type Answer, answering, done } from './answer.ts';
import { verb } from './command.ts';
import { withDatabase } from './session.ts';
import type { Cli } from './terminal.ts';

interface MigrateOptions {
  pending?: boolean;
}

export function migrateCommand(program: Command, cli: Cli): void {
  verb(program, 'migrate', 'Bring the database to the schema of this version', 'migrate --pending')
    .option('--pending', 'only say what is missing; the exit status is 1 when something is')
    .action(answering(cli, (options: MigrateOptions) => run(cli, options)));
}

async function run(cli: Cli, options: MigrateOptions): Promise<Answer> {
  const { migrate, pendingMigrations } = await import('../store/database/migrate.ts');
  const { settleEpoch } = await import('../store/database/epoch.ts');
  return withDatabase(cli, async (connectionString) => {
    if (options.pending) {
      const pending = await pendingMigrations(connectionString);
      return done(
        { pending },
        pending.length === 0 ? 'Nothing is missing.' : `Missing: ${pending.join(', ')}`,
        pending.length === 0 ? 0 : 1,
      );
    }
    const { applied } = await migrate(connectionString);
    await settleEpoch(connectionString);
    return done({ applied }, applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
  });
}
