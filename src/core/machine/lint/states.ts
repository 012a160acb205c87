// Rules about states: everybody can read what each is for, who acts, for how long, and whose word counts.
import { durationMs } from '../../duration.ts';
import type { MachineDefinition, StateDefinition, StateMeta } from '../definition.ts';
import type { Finding } from './finding.ts';
import { isCompound, statesOf } from './walk.ts';

export function stateFindings(definition: MachineDefinition): Finding[] {
  const found: Finding[] = [];
  if (definition.description.trim() === '')
    found.push(error('missing_description', '', 'Say in one sentence what moves through this machine.'));
  const histories = [...statesOf(definition)].filter(({ state }) => state.type === 'history');
  for (const { path } of histories.slice(1))
    found.push(
      error(
        'second_history',
        path,
        `"${histories[0]?.path}" remembers already, and a subject remembers one place only.`,
      ),
    );
  for (const { path, state, depth } of statesOf(definition)) {
    if (state.type === 'history') found.push(...historyFindings(path, state, depth));
    else found.push(...describedFindings(path, state), ...(isCompound(state) ? [] : leafFindings(path, state, depth)));
  }
  return found;
}

function historyFindings(path: string, state: StateDefinition, depth: number): Finding[] {
  const found: Finding[] = [];
  if (depth === 0)
    found.push(
      error('history_outside_region', path, 'A history state belongs inside the compound state that it remembers.'),
    );
  if (state.history !== 'deep')
    found.push(
      error(
        'shallow_history',
        path,
        'Write history: "deep", or a subject would return to the beginning of a region instead of where it was.',
      ),
    );
  return found;
}

function describedFindings(path: string, state: StateDefinition): Finding[] {
  return (state.description ?? '').trim() === ''
    ? [error('missing_description', path, 'Say in one sentence what it means to be here.')]
    : [];
}

function leafFindings(path: string, state: StateDefinition, depth: number): Finding[] {
  const meta: Partial<StateMeta> = state.meta ?? {};
  const found: Finding[] = [];
  if ((meta.owner ?? '').trim() === '')
    found.push(error('missing_owner', path, 'Name who acts next while a subject is here.'));
  if (meta.systemOfRecord === undefined)
    found.push(error('missing_system_of_record', path, 'Name the kind of system whose word counts here.'));
  if (meta.onDivergence === undefined)
    found.push(
      error('missing_on_divergence', path, 'Say what happens when a system shows something else: "revert" or "hold".'),
    );
  if (meta.sla === undefined)
    found.push(error('missing_sla', path, 'Give a duration such as P2D, or null where waiting is fine.'));
  else if (meta.sla !== null && !durationMs(meta.sla))
    found.push(
      error('invalid_duration', path, `"${meta.sla}" is no ISO 8601 duration above zero, such as PT4H or P2D.`),
    );
  if (state.type === 'final' && depth > 0)
    found.push(error('nested_final', path, 'A final state ends the subject, so it stands at the top level.'));
  if (state.type === 'final' && Object.keys(state.on ?? {}).length > 0)
    found.push(error('final_with_exit', path, 'Nothing leaves a final state: drop type: "final", or the transitions.'));
  return found;
}

const error = (rule: string, path: string, message: string): Finding => ({ rule, severity: 'error', path, message });
