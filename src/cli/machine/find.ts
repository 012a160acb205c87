// Finds a released version by what was typed: a name and a number, or `latest`.

import { machineNames } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { type Answer, failed } from '../answer.ts';

export async function findVersion(
  name: string,
  version: string,
): Promise<{ machine: CompiledMachine } | { wrong: Answer }> {
  const { loadDefinitions } = await import('../../load-definitions.ts');
  const { machines } = loadDefinitions();
  const known = machineNames.find((one) => one === name);
  if (!known)
    return { wrong: failed('unknown_machine', `There is no machine "${name}"; machines: ${machineNames.join(', ')}.`) };
  if (version === 'latest') return { machine: machines.latest(known) };
  const number = Number(version.replace(/^v/, ''));
  if (machines.has(known, number)) return { machine: machines.get(known, number) };
  return {
    wrong: failed(
      'unknown_version',
      `There is no ${known} ${version}; released versions: ${machines.versions(known).join(', ')}.`,
    ),
  };
}
