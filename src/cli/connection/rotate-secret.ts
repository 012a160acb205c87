// `connection rotate-secret`: one step of changing secrets without losing a webhook: next, then promote; or drop.
import { Argument, type Command } from 'commander';
import { type Answer, answering, misused } from '../answer.ts';
import { askSecret, askSome, canAsk } from '../ask.ts';
import { verb } from '../command.ts';
import { inSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusal, unknownConnection } from './refusals.ts';
import { readSecrets, type SecretOptions, withSecrets } from './secrets.ts';
import { connectionNow } from './update.ts';

type Step = 'next' | 'promote' | 'drop';

const said: Record<Step, string> = {
  next: 'The new secrets are good beside the current ones. Enter them at the vendor, then: interlock connection rotate-secret {name} promote',
  promote: 'The next secrets are the current ones now; the old ones are gone.',
  drop: 'The next secrets are gone; the current ones stay.',
};

export function rotateSecretCommand(connection: Command, cli: Cli): void {
  const command = verb(
    connection,
    'rotate-secret <name>',
    'Change secrets without losing a webhook',
    'connection rotate-secret greenhouse-eu next --secret-file webhookSecret=new.txt',
  );
  command.addArgument(
    new Argument(
      '<step>',
      'next: add new ones beside the current; promote: make them current; drop: take them back',
    ).choices(['next', 'promote', 'drop']),
  );
  withSecrets(command).action(
    answering(cli, (name: string, step: Step, options: SecretOptions) => rotate(cli, name, step, options)),
  );
}

async function rotate(cli: Cli, name: string, step: Step, options: SecretOptions): Promise<Answer> {
  const given = await readSecrets(cli, undefined, options);
  if ('wrong' in given) return given.wrong;
  const none = Object.keys(given.secrets).length === 0;
  if (step === 'next' && none && !canAsk(cli, options))
    return misused(
      'Give the new secrets: --secret-file name=path or --secret name=value. Those not given stay as they are.',
    );
  if (step !== 'next' && !none) return misused(`"${step}" takes no secrets.`);
  return inSession(cli, async (session) => {
    const { rotateSecrets } = await import('../../services/connections/manage-connections.ts');
    const secrets = step === 'next' && none ? await askNewSecrets(cli, session, name) : given.secrets;
    if (secrets === null) return misused('Nothing was changed.');
    const managed = await rotateSecrets(
      session.context,
      session.by.actor,
      name,
      step === 'next' ? { kind: 'next', secrets } : { kind: step },
    );
    if (managed.ok) return connectionNow(session, name, said[step].replace('{name}', name));
    return managed.code === 'unknown_connection' ? unknownConnection(name) : refusal(managed);
  });
}

/** Null when the person gave up; an unknown connection has nothing to ask for. */
async function askNewSecrets(cli: Cli, { context }: Session, name: string): Promise<Record<string, string> | null> {
  const [{ adapters }, { findConnection }] = await Promise.all([
    import('../../adapters/registry.ts'),
    import('../../store/connections/connections.ts'),
  ]);
  const row = await findConnection(context.database.engine, name);
  const known = row && row.status !== 'removed' ? adapters.get(row.adapter)?.secrets : undefined;
  if (!known) return {};
  const chosen = await askSome(
    cli,
    'Which secrets change?',
    Object.entries(known).map(([value, { description: hint }]) => ({ value, hint })),
  );
  const secrets: Record<string, string> = {};
  for (const one of chosen ?? []) {
    const value = await askSecret(cli, `New ${one}`, false);
    if (value === null) return null;
    secrets[one] = value;
  }
  return chosen ? secrets : null;
}
