// `connection check`: are the settings still right, which states will show there, and does the vendor take the credentials?
import type { Command } from 'commander';
import type { Adapter } from '../../adapters/port.ts';
import { type Answer, answering, done, type Problem } from '../answer.ts';
import { verb } from '../command.ts';
import { fields } from '../layout.ts';
import { inSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { problemsOf, unknownConnection } from './refusals.ts';
import { type Tried, tryToRead } from './try-to-read.ts';

export function checkCommand(connection: Command, cli: Cli): void {
  verb(
    connection,
    'check <name>',
    'Check settings and mapping, and read once from the vendor; nothing is written there',
    'connection check greenhouse-eu',
  ).action(answering(cli, (name: string) => check(cli, name)));
}

async function check(cli: Cli, name: string): Promise<Answer> {
  return inSession(cli, async (session) => {
    const [{ findConnection }, { adapters }] = await Promise.all([
      import('../../store/connections/connections.ts'),
      import('../../adapters/registry.ts'),
    ]);
    const row = await findConnection(session.context.database.reports, name);
    const adapter = row && row.status !== 'removed' ? adapters.get(row.adapter) : undefined;
    if (!row || !adapter) return unknownConnection(name);
    const settings = adapter.settings.safeParse(row.settings);
    const problems: Problem[] = settings.success ? [] : problemsOf('/settings', settings.error);
    const secrets = row.secrets_current ? session.context.vault.unsealSecrets(row.id, row.secrets_current) : {};
    for (const [secret, { optional }] of Object.entries(adapter.secrets))
      if (!optional && !secrets[secret]) problems.push({ pointer: `/secrets/${secret}`, detail: 'is missing' });
    const shows = settings.success ? shownStates(session, adapter, settings.data) : {};
    const tried: Tried =
      settings.success && problems.length === 0
        ? await tryToRead(session.context, adapter, { connection: name, settings: settings.data, secrets })
        : { kind: 'not_tried', detail: 'settings and secrets come first' };
    const fine = problems.length === 0 && tried.kind !== 'failed';
    const lines: [string, string][] = [
      ['connection', `${name}: ${row.status}, circuit ${row.circuit}`],
      ['settings', problems.length === 0 ? 'fine' : problems.map((one) => `${one.pointer}: ${one.detail}`).join('; ')],
      ...Object.entries(shows).map(([machine, { states, of }]): [string, string] => [
        `shows of ${machine}`,
        states.length === 0 ? 'nothing' : `${states.length} of ${of} states: ${states.join(', ')}`,
      ]),
      ['read', `${tried.kind.replace('_', ' ')}: ${tried.detail}`],
    ];
    return done(
      {
        id: name,
        fine,
        status: row.status,
        circuit: row.circuit,
        problems,
        shows,
        read: tried,
        capabilities: adapter.capabilities,
      },
      fields(lines),
      fine ? 0 : 1,
    );
  });
}

/** Per machine, the states of its latest version that a writeback would go to this connection for. */
function shownStates(
  { context }: Session,
  adapter: Adapter,
  settings: unknown,
): Record<string, { states: string[]; of: number }> {
  const latest = context.machines.all().filter((one) => context.machines.latest(one.name) === one);
  return Object.fromEntries(
    latest.map((machine) => {
      const all = [...machine.leaves.keys()];
      return [
        machine.name,
        { states: all.filter((state) => adapter.shows(settings, machine.name, state)), of: all.length },
      ];
    }),
  );
}
