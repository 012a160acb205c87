// `connection change`: other settings, another scope or another pace.
import type { Command } from 'commander';
import { type Answer, answering, failed, misused } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import {
  givesScope,
  readScope,
  readSettings,
  type ScopeOptions,
  type SettingsOptions,
  type WorkerOptions,
  withScope,
  withSettings,
  withWorker,
} from './options.ts';
import { givesPace, type PaceOptions, readPace, withPace } from './pace.ts';
import { problemsOf, unknownConnection } from './refusals.ts';
import { updated } from './update.ts';

type ChangeOptions = SettingsOptions & ScopeOptions & PaceOptions & WorkerOptions;

export function changeCommand(connection: Command, cli: Cli): void {
  const command = verb(
    connection,
    'change <name>',
    'Change settings, scope or pace; settings are replaced whole, "all" takes a list away',
    'connection change greenhouse-eu --regions EMEA --business-units all',
  );
  withWorker(withPace(withScope(withSettings(command)))).action(
    answering(cli, (name: string, options: ChangeOptions) => change(cli, name, options)),
  );
}

async function change(cli: Cli, name: string, options: ChangeOptions): Promise<Answer> {
  const given = await readSettings(options);
  if ('wrong' in given) return given.wrong;
  const { worker, direction } = options;
  if (!given.settings && !givesScope(options) && !givesPace(options) && worker === undefined && direction === undefined)
    return misused(
      'Say what to change: --settings, --settings-file, --machines, --regions, --business-units, --requisition-types, --concurrency, --rate, --worker or --direction.',
    );
  return inSession(cli, async (session) => {
    const [{ findConnection }, { scopeSchema }] = await Promise.all([
      import('../../store/connections/connections.ts'),
      import('../../services/connections/connection-terms.ts'),
    ]);
    const row = await findConnection(session.context.database.engine, name);
    if (!row) return unknownConnection(name);
    const scope = readScope(options, row.scope);
    const checked = scopeSchema.safeParse(scope);
    if (!checked.success)
      return failed('invalid_scope', 'The scope cannot be used.', problemsOf('/scope', checked.error));
    const update = {
      ...given,
      ...(givesScope(options) ? { scope } : {}),
      ...(givesPace(options) ? { pace: readPace(options, row.pace) } : {}),
      ...(worker === undefined ? {} : { worker }),
      ...(direction === undefined ? {} : { direction }),
    };
    return updated(session, name, update, `Changed ${name}.`);
  });
}
