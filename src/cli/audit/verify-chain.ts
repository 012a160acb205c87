// `audit verify-chain`: recomputes the hashes of the log of transitions; the exit status is 1 when a row is not what it was.
import type { Command } from 'commander';
import type { ChainVerdict } from '../../services/verify-chain.ts';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function verifyChainCommand(audit: Command, cli: Cli): void {
  verb(
    audit,
    'verify-chain',
    'Recompute the hashes of the whole log of transitions; reads all of it',
    'audit verify-chain',
  ).action(answering(cli, () => verify(cli)));
}

async function verify(cli: Cli): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { verifyChain } = await import('../../services/verify-chain.ts');
    const verdict = await verifyChain(context.database.reports);
    if (verdict.kind === 'intact')
      return done(
        verdict,
        `The log is intact: ${verdict.transitions} transitions of ${verdict.subjects} subjects, every hash as it was.`,
      );
    return done(verdict, `The log was tampered with. ${sentence(verdict)}`, 1);
  });
}

function sentence({ subject, version, fault }: Extract<ChainVerdict, { kind: 'broken' }>): string {
  switch (fault) {
    case 'changed':
      return `Version ${version} of ${subject} does not have the hash of what it says: the row was changed.`;
    case 'missing':
      return `Version ${version} of ${subject} is missing.`;
    case 'not_linked':
      return `Version ${version} of ${subject} does not follow from the version before it.`;
    case 'end_cut_off':
      return `The log of ${subject} should go on with version ${version}: its end was cut off, or its subject was changed.`;
  }
}
