// A machine as the graph that ELK lays out: boxes with the size their text needs, and the settings that make it readable.
import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk.bundled.js';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import type { Arrow, WrittenState } from './arrows.ts';
import { writtenStates } from './arrows.ts';
import { bold, textWidth } from './measure.ts';
import { guardLabel, span, systemWords, titleOf } from './words.ts';

export const sizes = {
  title: 14,
  text: 11.5,
  event: 11,
  eventLine: 14,
  region: 15,
  header: 64,
  stateHeight: 66,
  symbol: 26,
  history: 34,
  dot: 14,
} as const;

const rootOptions: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '36',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '5',
  'elk.spacing.labelNode': '10',
  'elk.spacing.nodeSelfLoop': '16',
  'elk.layered.thoroughness': '20',
  'elk.padding': '[top=20,left=20,bottom=20,right=20]',
};

export function elkGraph(machine: CompiledMachine, arrows: readonly Arrow[]): ElkNode {
  const states = writtenStates(machine.definition);
  const entered = new Set(arrows.map((arrow) => arrow.to));
  const children = (parent: string | null): ElkNode[] =>
    states.filter((one) => one.parent === parent).flatMap((one) => nodesOf(one));
  const nodesOf = ({ path, parent, state }: WrittenState): ElkNode[] => {
    const first =
      isInitial(machine, states, path, parent) && !(parent && entered.has(parent))
        ? { 'elk.layered.layering.layerConstraint': 'FIRST' }
        : {};
    if (state.type === 'history') return [symbol(path, 'history', sizes.history)];
    if (path === machine.initial) return [symbol(path, 'begin', sizes.symbol, first)];
    if (!state.states) return [leaf(machine, path, first)];
    const dot = entered.has(path)
      ? [symbol(dotOf(path), 'initial', sizes.dot, { 'elk.layered.layering.layerConstraint': 'FIRST' })]
      : [];
    return [
      {
        id: path,
        layoutOptions: { ...first, kind: 'region', 'elk.padding': `[top=${sizes.header},left=22,bottom=22,right=22]` },
        children: [...dot, ...children(path)],
      },
    ];
  };
  const initials = states.filter(({ path, state }) => state.states && state.initial && entered.has(path));
  const edges: ElkExtendedEdge[] = [
    ...arrows.map((arrow, index) => edge(arrow, index)),
    ...initials.map(({ path, state }) => ({
      id: `initial ${path}`,
      sources: [dotOf(path)],
      targets: [`${path}.${state.initial}`],
    })),
  ];
  return { id: 'root', layoutOptions: rootOptions, children: children(null), edges };
}

const dotOf = (region: string): string => `${region}#initial`;

/** What leads back is laid out the other way round, so that it does not push what comes first below what comes last. */
function edge(arrow: Arrow, index: number): ElkExtendedEdge {
  const texts = arrow.transitions.flatMap(({ event, transition }) => [
    event,
    ...(transition.guard ? [guardLabel(transition.guard)] : []),
  ]);
  const [source, target] = arrow.backward ? [arrow.to, arrow.from] : [arrow.from, arrow.to];
  const width = Math.max(...texts.map((text) => textWidth(text, sizes.event))) + 6;
  return {
    id: `e${index}`,
    sources: [source],
    targets: [target],
    labels: [{ text: texts.join('\n'), width, height: texts.length * sizes.eventLine + 2 }],
  };
}

const symbol = (id: string, kind: string, size: number, options: LayoutOptions = {}): ElkNode => ({
  id,
  width: size,
  height: size,
  layoutOptions: { ...options, kind },
});

function leaf(machine: CompiledMachine, path: string, options: LayoutOptions): ElkNode {
  const state = machine.leaves.get(path);
  const time = state?.slaMs ? span(state.slaMs) : '';
  const system = state ? systemWords[state.meta.systemOfRecord] : '';
  const width = Math.max(
    150,
    textWidth(titleOf(path), sizes.title * bold) + 36,
    textWidth(state?.meta.owner ?? '', sizes.text) + 34,
    textWidth(`${time}${system}`, sizes.text) + 74,
  );
  return { id: path, width, height: sizes.stateHeight, layoutOptions: { ...options, kind: 'state' } };
}

function isInitial(
  machine: CompiledMachine,
  states: readonly WrittenState[],
  path: string,
  parent: string | null,
): boolean {
  if (parent === null) return path === machine.definition.initial;
  return path === `${parent}.${states.find((one) => one.path === parent)?.state.initial}`;
}
