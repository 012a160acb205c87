// Rules about single transitions: who may cause it, what it must carry, and that its guard exists.

import type { MachineDefinition, TransitionDefinition, TransitionMeta } from '../definition.ts';
import { guards } from '../guards.ts';
import type { Finding } from './finding.ts';
import { statesOf, transitionsOf } from './walk.ts';

export function transitionFindings(definition: MachineDefinition, elements?: ReadonlySet<string>): Finding[] {
  const found: Finding[] = [];
  for (const { path, state } of statesOf(definition)) {
    for (const [event, transitions] of transitionsOf(state)) {
      const at = `${path} › ${event}`;
      for (const transition of transitions) found.push(...oneTransition(at, transition, elements));
      if (transitions.slice(0, -1).some((transition) => !transition.guard)) found.push(neverTaken(at));
    }
  }
  return found;
}

function oneTransition(
  path: string,
  transition: TransitionDefinition,
  elements: ReadonlySet<string> | undefined,
): Finding[] {
  const meta: Partial<TransitionMeta> = transition.meta ?? {};
  const found: Finding[] = [];
  const say = (rule: string, message: string): number => found.push({ rule, severity: 'error', path, message });
  if ((transition.description ?? '').trim() === '')
    say('missing_transition_description', 'Say in one sentence what happened when this transition is taken.');
  if (!meta.causedBy || meta.causedBy.length === 0)
    say('missing_caused_by', 'List the kinds of system that may cause it; nobody could.');
  if (!meta.requires) say('missing_requires', 'List the elements it must carry, or write requires: [].');
  for (const name of meta.requires ?? [])
    if (elements && !elements.has(name)) say('unknown_element', `The dictionary has no element "${name}".`);
  if (transition.guard) for (const message of guardFaults(transition.guard)) say('unknown_guard', message);
  return found;
}

const neverTaken = (path: string): Finding => ({
  rule: 'indistinguishable',
  severity: 'error',
  path,
  message: 'A transition without a guard is always taken, so the one after it never is. Give them different events.',
});

function guardFaults({ type, params = {} }: NonNullable<TransitionDefinition['guard']>): string[] {
  const guard = Object.hasOwn(guards, type) ? guards[type] : undefined;
  if (!guard) return [`There is no guard "${type}". There are: ${Object.keys(guards).join(', ')}.`];
  const missing = guard.params.filter((name) => !Object.hasOwn(params, name));
  const surplus = Object.keys(params).filter((name) => !guard.params.includes(name));
  return [
    ...missing.map((name) => `Guard "${type}" needs the parameter "${name}".`),
    ...surplus.map((name) => `Guard "${type}" has no parameter "${name}".`),
  ];
}
