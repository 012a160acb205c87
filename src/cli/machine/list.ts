// `machine list`: every released version.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import type { Cli } from '../terminal.ts';

export function listCommand(machine: Command, cli: Cli): void {
  verb(machine, 'list', 'List the released versions', 'machine list').action(answering(cli, list));
}

async function list(): Promise<Answer> {
  const { loadDefinitions } = await import('../../load-definitions.ts');
  const { machines } = loadDefinitions();
  const items = machines.all().map((one) => ({
    machine: one.name,
    version: one.version,
    latest: machines.latest(one.name) === one,
    states: one.leaves.size,
    hash: one.hash,
    description: one.definition.description,
  }));
  const rows = items.map((one) => [
    one.machine,
    `${one.version}${one.latest ? ' (latest)' : ''}`,
    String(one.states),
    one.hash.slice(0, 12),
    one.description,
  ]);
  return done(
    { items },
    table(['machine', 'version', 'states', 'hash', 'description'], rows, 'No machine is released.'),
  );
}
