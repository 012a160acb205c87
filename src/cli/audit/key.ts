// `audit key`: the public key that checkpoints are signed with; whoever verifies should have it from here, not from an export.
import type { Command } from 'commander';
import { publicKeyPem } from '../../core/log/checkpoint.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function keyCommand(audit: Command, cli: Cli): void {
  verb(audit, 'key', 'Show the public keys that checkpoints are signed with', 'audit key > interlock.pem').action(
    answering(cli, () => show(cli)),
  );
}

async function show(cli: Cli): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { ownKeys } = await import('../../services/log/checkpoint-keys.ts');
    const keys = [...(await ownKeys(context.database.reports, context.vault))];
    if (keys.length === 0)
      return failed(
        'no_key',
        'There is no key yet: it is made with the first checkpoint, seconds after the first transition.',
      );
    const items = keys.map(([id, key]) => ({ id, publicKey: publicKeyPem(key) }));
    return done({ items }, items.map((one) => one.publicKey.trimEnd()).join('\n'));
  });
}
