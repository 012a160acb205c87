// `connection permissions`: what to enter in nats-server's configuration for workers outside, and for Interlock itself.
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { problemsOf } from './refusals.ts';

interface PermissionsOptions {
  feed?: boolean;
}

export function permissionsCommand(connection: Command, cli: Cli): void {
  verb(
    connection,
    'permissions <names...>',
    'Print the nats-server accounts for Interlock and for workers outside, one per connection',
    'connection permissions greenhouse-eu workday > accounts.conf',
  )
    .option('--feed', 'the workers may read the public feed of facts too')
    .action(answering(cli, permissions));
}

/** Needs no database: the names say it all. */
async function permissions(names: string[], options: PermissionsOptions): Promise<Answer> {
  const [{ corePermissions, serverAccounts, workerPermissions }, { connectionNameSchema }] = await Promise.all([
    import('../../bus/permissions.ts'),
    import('../../services/connections/connection-terms.ts'),
  ]);
  for (const name of names) {
    const named = connectionNameSchema.safeParse(name);
    if (!named.success)
      return failed('invalid_name', `A connection cannot be called "${name}".`, problemsOf('/id', named.error));
  }
  const feed = options.feed === true;
  const variable = (name: string): string => `$${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`;
  const workers = names.map((connection) => ({ connection, password: variable(connection), feed }));
  const text = [
    "# For nats-server's configuration. Passwords come from its environment; a hash made by `nats server passwd` may stand here instead.",
    '# Interlock connects as "interlock", a worker under the name of its connection.',
    serverAccounts('$INTERLOCK_PASSWORD', workers).trimEnd(),
  ].join('\n');
  const json = {
    core: corePermissions(),
    workers: Object.fromEntries(names.map((name) => [name, workerPermissions(name, { feed })])),
    accounts: text,
  };
  return done(json, text);
}
