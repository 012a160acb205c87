// `audit verify`: is the log what it was? Against the database, or an export alone; the exit status is 1 when it is not.
import type { Command } from 'commander';
import { faultSentence, type LogVerdict } from '../../core/log/faults.ts';
import type { ReadAnchors } from '../../services/log/verify-export.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface VerifyOptions {
  export?: string;
  anchor?: string;
  key?: string;
}

export function verifyCommand(audit: Command, cli: Cli): void {
  verb(
    audit,
    'verify',
    'Check the whole log of transitions: hashes, replay, events, checkpoints; reads all of it',
    'audit verify --export log.ndjson --anchor checkpoints.ndjson --key interlock.pem',
  )
    .option('--export <file>', 'check this export, without any database')
    .option('--anchor <file>', 'checkpoints that were kept elsewhere: only they can show that the end was cut off')
    .option('--key <file>', 'public keys (PEM) that alone count; needed with --export')
    .action(answering(cli, (options: VerifyOptions) => verify(cli, options)));
}

async function verify(cli: Cli, options: VerifyOptions): Promise<Answer> {
  if (options.export && !options.key)
    return misused('--export needs --key: an export that brings its own key proves nothing.');
  const { readAnchors, readKeys, verifyExport } = await import('../../services/log/verify-export.ts');
  try {
    const read: ReadAnchors = options.anchor ? await readAnchors(options.anchor) : { anchors: [], unreadable: 0 };
    const keys = options.key ? await readKeys(options.key) : undefined;
    const startedAt = performance.now();
    if (options.export && keys) return answer(await verifyExport(options.export, keys, read.anchors), read, startedAt);
    return await inSession(cli, async ({ context }) => {
      const { verifyLog } = await import('../../services/log/verify-log.ts');
      const outside = { anchors: read.anchors, ...(keys ? { keys } : {}) };
      return answer(await verifyLog(context.database.reports, context.vault, outside), read, startedAt);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return failed('no_such_file', error.message);
  }
}

function answer(verdict: LogVerdict, read: ReadAnchors, startedAt: number): Answer {
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  if (verdict.kind === 'broken')
    return done({ ...verdict, seconds }, `The log was tampered with. ${faultSentence(verdict.found)}`, 1);
  const { subjects, transitions, checkpoints, unsealed, anchors } = verdict;
  const held = anchors > 0 ? `; all ${anchors} kept elsewhere are among them` : '';
  const torn = read.unreadable > 0 ? ` ${read.unreadable} lines of that file are no checkpoints.` : '';
  return done(
    { ...verdict, unreadableAnchors: read.unreadable, seconds },
    `The log is intact: ${transitions} transitions of ${subjects} subjects, every hash as it was. ${checkpoints} checkpoints seal all but ${unsealed} of them${held}.${torn}`,
  );
}
