// What an import of a file makes of a subject that began elsewhere: one entry in the log that begins where the subject stood.
import type { CompiledMachine } from '../machine/machine.ts';

/** Stands where the type of a transition stands; no machine has an event of this name. */
export const subjectImported = 'subject.imported';

/** An import may begin a subject in any state but the one before it exists. `history`: where it was, for a state that is left backward. */
export const mayBeImported = (machine: CompiledMachine, state: string, history: string | null): boolean =>
  state !== machine.initial && machine.leaves.has(state) && (history === null || machine.leaves.has(history));

interface Step {
  version: number;
  type: string;
  from: string;
  to: string;
  history: string | null;
}

/** The first entry of a log may say that the subject was imported; no later one. */
export const isImport = (machine: CompiledMachine, { version, type, from, to, history }: Step): boolean =>
  version === 1 && type === subjectImported && from === machine.initial && mayBeImported(machine, to, history);
