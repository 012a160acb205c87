// `machine show`: the states of a version, whose turn it is in each, for how long, and what leads out.
import type { Command } from 'commander';
import type { CompiledMachine, Edge } from '../../core/machine/machine.ts';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { bold } from '../terminal.ts';
import { findVersion } from './find.ts';

export function showCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'show <name> <version>',
    'Show the states of a version and what leads from each to the next',
    'machine show application latest',
  ).action(answering(cli, (name: string, version: string) => show(cli, name, version)));
}

async function show(cli: Cli, name: string, version: string): Promise<Answer> {
  const found = await findVersion(name, version);
  if ('wrong' in found) return found.wrong;
  const { machine } = found;
  const head = `${bold(cli, `${machine.name} v${machine.version}`)}  ${machine.definition.description}\nhash ${machine.hash}`;
  const states = [...machine.leaves.values()].map((state) => {
    const edges = machine.edges.get(state.path) ?? [];
    const about = state.final
      ? 'final'
      : `${state.meta.owner} has the turn${state.meta.sla ? `, within ${state.meta.sla}` : ''}; ${state.meta.systemOfRecord} is right about it`;
    return [
      `${bold(cli, state.path)}  ${state.description}`,
      `  ${about}`,
      ...edges.map((edge) => `  ${describeEdge(edge)}`),
    ].join('\n');
  });
  return done(viewOf(machine), [head, ...states].join('\n\n'));
}

function describeEdge(edge: Edge): string {
  const needs = [...edge.meta.requires, ...(edge.guard ? [`guard ${edge.guard.type}`] : [])];
  return `${edge.event} -> ${edge.to ?? 'where it was'} (by ${edge.meta.causedBy.join(', ')}${needs.length > 0 ? `; needs ${needs.join(', ')}` : ''})`;
}

const viewOf = (machine: CompiledMachine) => ({
  machine: machine.name,
  version: machine.version,
  hash: machine.hash,
  description: machine.definition.description,
  states: [...machine.leaves.values()].map(({ path, description, meta, final }) => ({
    state: path,
    description,
    ...meta,
    final,
    transitions: (machine.edges.get(path) ?? []).map((edge) => ({
      event: edge.event,
      to: edge.to,
      description: edge.description,
      causedBy: edge.meta.causedBy,
      requires: edge.meta.requires,
      guard: edge.guard?.type ?? null,
    })),
  })),
});
