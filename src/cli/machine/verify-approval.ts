// `machine verify-approval`: checks a file of signatures without any database; the exit status is 1 unless all have signed.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';

interface VerifyOptions {
  key: string;
}

export function verifyApprovalCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'verify-approval <file>',
    'Check a file of signatures: content, keys, parties; needs no database',
    'machine verify-approval application-v2-signatures.json --key interlock.pem',
  )
    .requiredOption('--key <file>', 'public keys (PEM) that alone count, as "audit key" shows them')
    .action(answering(cli, verify));
}

async function verify(path: string, { key }: VerifyOptions): Promise<Answer> {
  const [{ approvalFileSchema, checkApprovalFile }, { readKeys }] = await Promise.all([
    import('../../core/access/approval.ts'),
    import('../../services/log/verify-export.ts'),
  ]);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return failed('no_such_file', `${path} cannot be read: ${(error as Error).message}`);
  }
  const parsed = approvalFileSchema.safeParse(jsonOf(text));
  if (!parsed.success) return failed('not_signatures', `${path} is no file of signatures.`);
  const verdict = checkApprovalFile(parsed.data, await readKeys(key));
  if (verdict.kind === 'broken') return done(verdict, `The signatures prove nothing. ${verdict.fault}`, 1);
  const { of, standing } = verdict;
  const what = `${of.name} v${of.version} (${of.hash.slice(0, 12)}…)`;
  switch (standing.state) {
    case 'complete':
      return done(verdict, `All have signed ${what}: ${standing.approved.join(', ')}. Content and signatures fit.`);
    case 'rejected':
      return done(verdict, `${what} was rejected by ${standing.rejected.join(', ')}.`, 1);
    case 'incomplete':
      return done(
        verdict,
        `The signatures on ${what} are genuine, but ${standing.missing.join(', ')} did not sign.`,
        1,
      );
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
