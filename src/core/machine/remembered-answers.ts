// Answers that follow from a machine version and a place alone: worked out once, then remembered.
import { type Facts, type GuardReference, guardHolds, guardMayCome } from './guards.ts';
import type { CompiledMachine, Place } from './machine.ts';

interface Memory {
  /** Each guard of the machine, once: facts count for nothing but what these say of them. */
  guards: readonly GuardReference[];
  answers: Map<string, unknown>;
}

const memories = new WeakMap<CompiledMachine, Memory>();
/** More than the states, histories, guards and events of a machine make; only then is something worked out again. */
const answersMax = 20_000;

/** `question` tells apart what is asked; `answer` must follow from the machine, the place and the question, and is never undefined. */
export function remembered<T>(machine: CompiledMachine, question: string, place: Place, answer: () => T): T {
  const memory = memories.get(machine) ?? begin(machine);
  const key = `${question}\n${place.state}\n${place.history}\n${openGuards(memory.guards, place.facts)}`;
  const known = memory.answers.get(key);
  if (known !== undefined) return known as T;
  const fresh = answer();
  if (memory.answers.size >= answersMax) memory.answers.clear();
  memory.answers.set(key, fresh);
  return fresh;
}

function begin(machine: CompiledMachine): Memory {
  const guards = new Map<string, GuardReference>();
  for (const edges of machine.edges.values())
    for (const { guard } of edges) if (guard) guards.set(JSON.stringify(guard), guard);
  const memory = { guards: [...guards.values()], answers: new Map<string, unknown>() };
  memories.set(machine, memory);
  return memory;
}

function openGuards(guards: readonly GuardReference[], facts: Facts): string {
  let open = '';
  for (const guard of guards) open += guardHolds(guard, facts) ? '1' : guardMayCome(guard, facts) ? '?' : '0';
  return open;
}
