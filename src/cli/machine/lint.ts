// `machine lint`: what is wrong with the machines, released or not; the exit status is 1 when there is an error.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { bold } from '../terminal.ts';
import { readDefinitions } from './read-definitions.ts';

export function lintCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'lint',
    'Check machines against every rule; without a file, all that machines/index.ts lists',
    'machine lint machines/application.v2.ts',
  )
    .argument('[file]', 'a machine in TypeScript, JavaScript or JSON')
    .action(answering(cli, (file: string | undefined) => lint(cli, file)));
}

async function lint(cli: Cli, file: string | undefined): Promise<Answer> {
  const [{ lintMachine }, { loadDictionary }] = await Promise.all([
    import('../../core/machine/lint.ts'),
    import('../../load-definitions.ts'),
  ]);
  const read = await readDefinitions(file);
  if ('wrong' in read) return read.wrong;
  const elements = new Set(loadDictionary().elements.keys());
  const machines = read.definitions.map((definition) => ({
    machine: `${definition.id}.v${definition.version}`,
    findings: lintMachine(definition, elements),
  }));
  const all = machines.flatMap((one) => one.findings);
  const errors = all.filter((one) => one.severity === 'error').length;
  const sections = machines.map((one) =>
    [
      bold(cli, one.machine),
      ...one.findings.map(
        (found) => `  ${found.severity}  ${found.rule}  ${found.path || '(the machine)'}  ${found.message}`,
      ),
    ].join('\n'),
  );
  const total =
    all.length === 0
      ? 'Nothing to find fault with.'
      : `${count(errors, 'error')}, ${count(all.length - errors, 'warning')}.`;
  return done(
    { errors, warnings: all.length - errors, machines },
    [...sections, total].join('\n\n'),
    errors > 0 ? 1 : 0,
  );
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
