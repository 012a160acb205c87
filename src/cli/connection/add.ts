// `connection add`: adds an account of an outside system and says how to set up the other side.
import type { Command } from 'commander';
import type { Adapter } from '../../adapters/port.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { askOne, canAsk } from '../ask.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import {
  readScope,
  readSettings,
  type ScopeOptions,
  type SettingsOptions,
  type WorkerOptions,
  withScope,
  withSettings,
  withWorker,
} from './options.ts';
import { type PaceOptions, readPace, withPace } from './pace.ts';
import { problemsOf, refusal } from './refusals.ts';
import { readSecrets, type SecretOptions, withSecrets } from './secrets.ts';
import { setupGuide } from './setup-guide.ts';
import { showConnection } from './view.ts';

interface AddOptions extends SettingsOptions, SecretOptions, ScopeOptions, PaceOptions, WorkerOptions {
  adapter?: string;
}

export function addCommand(connection: Command, cli: Cli): void {
  const command = verb(
    connection,
    'add <name>',
    'Add an account of an outside system',
    'connection add greenhouse-eu --adapter greenhouse --settings-file greenhouse.json --secret-file clientSecret=secret.txt',
  );
  command.option('--adapter <adapter>', 'who speaks to it; "interlock adapters" lists them');
  withWorker(withPace(withScope(withSecrets(withSettings(command))))).action(
    answering(cli, (name: string, options: AddOptions) => add(cli, name, options)),
  );
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<Answer> {
  const [{ adapters }, { addConnection }, { connectionNameSchema, scopeSchema }] = await Promise.all([
    import('../../adapters/registry.ts'),
    import('../../services/connections/manage-connections.ts'),
    import('../../services/connections/connection-terms.ts'),
  ]);
  const named = connectionNameSchema.safeParse(name);
  if (!named.success)
    return failed('invalid_name', `A connection cannot be called "${name}".`, problemsOf('/id', named.error));
  const adapterName = options.adapter ?? (canAsk(cli, options) ? await askAdapter(cli, adapters) : null);
  if (adapterName === null) return misused(`Say which adapter: --adapter ${[...adapters.keys()].join(', ')}.`);
  const scope = scopeSchema.safeParse(readScope(options));
  if (!scope.success) return failed('invalid_scope', 'The scope cannot be used.', problemsOf('/scope', scope.error));
  const given = await readSettings(options);
  if ('wrong' in given) return given.wrong;
  // A worker outside keeps its credentials to itself, so nothing is asked for then.
  const asked = options.worker === 'outside' ? undefined : adapters.get(adapterName);
  const secret = await readSecrets(cli, asked, options);
  if ('wrong' in secret) return secret.wrong;
  return inSession(cli, async (session) => {
    const request = {
      id: name,
      adapter: adapterName,
      settings: given.settings ?? {},
      scope: readScope(options),
      pace: readPace(options),
      worker: options.worker,
      direction: options.direction,
      secrets: secret.secrets,
    };
    const managed = await addConnection(session.context, session.by.actor, request);
    if (!managed.ok) return refusal(managed);
    const view = await showConnection(session, name);
    if (!view) throw new Error(`The connection "${name}" was just added and is not there`);
    const guide = setupGuide(adapterName, view.webhookUrl);
    return done(view, [`Added ${name}. Webhook address: ${view.webhookUrl}`, ...(guide ? [guide] : [])].join('\n\n'));
  });
}

const askAdapter = (cli: Cli, adapters: ReadonlyMap<string, Adapter>): Promise<string | null> =>
  askOne(
    cli,
    'Which system is it?',
    [...adapters.values()].map((one) => ({ value: one.name, hint: one.title })),
  );
