// `connection rotate-secret`: one step of changing secrets without losing a webhook: next, then promote; or drop.
import { Argument, type Command } from 'commander';
import { type Answer, answering, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
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
  const command = verb(connection, 'rotate-secret <name>', 'Change secrets without losing a webhook', 'connection rotate-secret greenhouse-eu next --secret-file webhookSecret=new.txt');
  command.addArgument(new Argument('<step>', 'next: add new ones beside the current; promote: make them current; drop: take them back').choices(['next', 'promote', 'drop']));
  withSecrets(command).action(answering(cli, (name: string, step: Step, options: SecretOptions) => rotate(cli, name, step, options)));
}

async function rotate(cli: Cli, name: string, step: Step, options: SecretOptions): Promise<Answer> {
  const given = await readSecrets(cli, undefined, options, () => true);
  if ('wrong' in given) return given.wrong;
  const names = Object.keys(given.secrets);
  if (step === 'next' && names.length === 0) return misused('Give the new secrets: --secret-file name=path or --secret name=value. Those not given stay as they are.');
  if (step !== 'next' && names.length > 0) return misused(`"${step}" takes no secrets.`);
  return inSession(cli, async (session) => {
    const { rotateSecrets } = await import('../../services/manage-connections.ts');
    const managed = await rotateSecrets(session.context, session.by.actor, name, step === 'next' ? { kind: 'next', secrets: given.secrets } : { kind: step });
    if (managed.ok) return connectionNow(session, name, said[step].replace('{name}', name));
    return managed.code === 'unknown_connection' ? unknownConnection(name) : refusal(managed);
  });
}
