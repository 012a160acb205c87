// Machine versions as a log's own record has them, for replaying it: independent of the files that run today.
import { fingerprint } from '../canonical-json.ts';
import type { FindMachine } from '../log/check-chain.ts';
import type { LogFault } from '../log/faults.ts';
import type { MachineDefinition } from './definition.ts';
import { type CompiledMachine, compileMachine } from './machine.ts';

export interface RecordedMachine {
  machine: string;
  version: number;
  hash: string;
  definition: unknown;
}

/** Names the first version whose definition does not have its hash. */
export function checkMachines(recorded: readonly RecordedMachine[]): LogFault | null {
  const changed = recorded.find((one) => fingerprint(one.definition) !== one.hash);
  return changed ? { kind: 'machine', machine: changed.machine, version: changed.version, fault: 'changed' } : null;
}

/** Compiles each version when the log first names it. */
export function findRecorded(recorded: readonly RecordedMachine[]): FindMachine {
  const keyOf = (name: string, version: number, hash: string): string => `${name} ${version} ${hash}`;
  const known = new Map(recorded.map((one) => [keyOf(one.machine, one.version, one.hash), one]));
  const compiled = new Map<string, CompiledMachine>();
  return (name, version, hash) => {
    const key = keyOf(name, version, hash);
    const one = known.get(key);
    if (!one) return null;
    const machine = compiled.get(key) ?? compileMachine(one.definition as MachineDefinition);
    compiled.set(key, machine);
    return machine;
  };
}
