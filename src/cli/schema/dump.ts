// `schema dump`: what all migrations add up to, told by a fresh database, as the file migrations/schema.sql.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { projectFolder } from '../../project-folder.ts';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';

interface DumpOptions {
  out: string;
}

export function dumpCommand(schema: Command, cli: Cli): void {
  verb(schema, 'dump', 'Write the schema of a fresh database to a file', 'schema dump')
    .option('--out <file>', 'where to', join(projectFolder, 'migrations', 'schema.sql'))
    .action(answering(cli, dump));
}

/** Not from the configured database: somebody may have changed that one by hand. */
async function dump(options: DumpOptions): Promise<Answer> {
  const [{ startEmbeddedPostgres }, { migrate }, { dumpSchema }] = await Promise.all([
    import('../../store/embedded/start.ts'),
    import('../../store/database/migrate.ts'),
    import('../../store/database/dump-schema.ts'),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'interlock-schema-'));
  try {
    const postgres = await startEmbeddedPostgres({ folder, fsync: false, log: () => {} });
    try {
      const { applied } = await migrate(postgres.connectionString);
      writeFileSync(options.out, await dumpSchema(postgres.connectionString));
      return done(
        { file: options.out, migrations: applied },
        `Wrote ${options.out} from ${applied.length} migrations.`,
      );
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
