// `machine signatures`: writes all signatures on a version, with its content, to a file that anybody can verify.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface SignaturesOptions {
  out: string;
}

export function signaturesCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'signatures <name> <version>',
    'Write the signatures on a version to a file; "dictionary" is a name too',
    'machine signatures application 2 --out application-v2-signatures.json',
  )
    .requiredOption('--out <file>', 'where to; an existing file is replaced')
    .action(
      answering(cli, (name: string, version: string, options: SignaturesOptions) =>
        write(cli, name, version, options.out),
      ),
    );
}

async function write(cli: Cli, name: string, version: string, out: string): Promise<Answer> {
  const number = Number(version.replace(/^v/, ''));
  if (!Number.isSafeInteger(number) || number < 1) return failed('unknown_version', `"${version}" is no version.`);
  return inSession(cli, async ({ context }) => {
    const { approvalFileOf } = await import('../../services/versions/approval-files.ts');
    const file = await approvalFileOf(context, name, number);
    if (!file) return failed('unknown_version', `There is no ${name} v${number}, neither running nor proposed.`);
    try {
      writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
    } catch (error) {
      return failed('not_written', `${out} cannot be written: ${(error as Error).message}`);
    }
    return done(
      { file: out, of: file.of, approvals: file.approvals.length },
      `Wrote ${file.approvals.length} signatures on ${name} v${number} to ${out}.`,
    );
  });
}
