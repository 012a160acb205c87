// `audit export`: the log in a file that anybody with the public key can verify; nothing personal is in it.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function exportCommand(audit: Command, cli: Cli): void {
  verb(audit, 'export <file>', 'Write the log, without personal data, to a new file', 'audit export log.ndjson').action(
    answering(cli, (file: string) => write(cli, file)),
  );
}

async function write(cli: Cli, file: string): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { exportLog } = await import('../../services/log/export-log.ts');
    const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    try {
      await once(stream, 'open');
    } catch (error) {
      return failed('not_written', `${file} cannot be made: ${(error as Error).message}`);
    }
    const counts = await exportLog(context.database.reports, async (line) => {
      if (!stream.write(`${line}\n`)) await once(stream, 'drain');
    });
    stream.end();
    await finished(stream);
    const { subjects, transitions, checkpoints } = counts;
    return done(
      { file, ...counts },
      `Wrote ${transitions} transitions of ${subjects} subjects and ${checkpoints} checkpoints to ${file}.`,
    );
  });
}
