// Where everything on a machine's diagram lies; computed once per version by ELK, stored, and drawn from the store.
import ElkConstructor, { type ELK, type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { arrowsOf } from './arrows.ts';
import { elkGraph } from './elk-graph.ts';
import { straighten } from './straighten.ts';

export type BoxKind = 'state' | 'region' | 'begin' | 'initial' | 'history';

export interface Box {
  path: string;
  kind: BoxKind;
  /** How deep it lies: 0 at the top. */
  depth: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  from: string;
  to: string;
  /** Event types on it, one line of its label each; empty for the arrow of an initial state. */
  events: string[];
  backward: boolean;
  /** Corners, from `from` to `to`. */
  points: { x: number; y: number }[];
  label: { x: number; y: number; width: number; height: number } | null;
}

/** Plain data, in px; draw it with `drawDiagram` and the machine it was made of. */
export interface DiagramLayout {
  format: 1;
  /** Hash of the machine version. */
  machine: string;
  width: number;
  height: number;
  boxes: Box[];
  lines: Line[];
}

let elk: ELK | undefined;

/** Lays a machine out, top down. Takes up to a second on the main thread: do it once per version. */
export async function layoutDiagram(machine: CompiledMachine): Promise<DiagramLayout> {
  elk ??= new (ElkConstructor as unknown as new () => ELK)();
  const arrows = arrowsOf(machine);
  const placed = await elk.layout(elkGraph(machine, arrows));
  const boxes: Box[] = [];
  const offsets = new Map<string, ElkPoint>([[placed.id, { x: 0, y: 0 }]]);
  collect(placed, { x: 0, y: 0 }, 0, boxes, offsets);
  const lines = edgesOf(placed).map((edge) => lineOf(edge, arrows, offsets));
  return { format: 1, machine: machine.hash, width: round(placed.width), height: round(placed.height), boxes, lines };
}

function collect(parent: ElkNode, origin: ElkPoint, depth: number, boxes: Box[], offsets: Map<string, ElkPoint>): void {
  for (const node of parent.children ?? []) {
    const at = { x: origin.x + (node.x ?? 0), y: origin.y + (node.y ?? 0) };
    offsets.set(node.id, at);
    const kind = (node.layoutOptions?.kind ?? 'state') as BoxKind;
    boxes.push({
      path: node.id,
      kind,
      depth,
      x: round(at.x),
      y: round(at.y),
      width: round(node.width),
      height: round(node.height),
    });
    collect(node, at, depth + 1, boxes, offsets);
  }
}

function edgesOf(node: ElkNode): ElkExtendedEdge[] {
  return [...(node.edges ?? []), ...(node.children ?? []).flatMap(edgesOf)];
}

/** ELK gives the points of an edge relative to the node that contains both ends. */
function lineOf(
  edge: ElkExtendedEdge,
  arrows: ReturnType<typeof arrowsOf>,
  offsets: ReadonlyMap<string, ElkPoint>,
): Line {
  const origin = offsets.get((edge as { container?: string }).container ?? 'root') ?? { x: 0, y: 0 };
  const section = edge.sections?.[0];
  const points = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
  const absolute = straighten(points.map((point) => ({ x: round(point.x + origin.x), y: round(point.y + origin.y) })));
  const label = edge.labels?.[0];
  const arrow = arrows[Number(edge.id.slice(1))];
  const [source = '', target = ''] = [edge.sources[0], edge.targets[0]];
  return {
    from: arrow?.from ?? source,
    to: arrow?.to ?? target,
    events: arrow?.transitions.map(({ event }) => event) ?? [],
    backward: arrow?.backward ?? false,
    points: arrow && arrow.from !== source ? absolute.reverse() : absolute,
    label: label
      ? {
          x: round((label.x ?? 0) + origin.x),
          y: round((label.y ?? 0) + origin.y),
          width: round(label.width),
          height: round(label.height),
        }
      : null,
  };
}

const round = (value = 0): number => Math.round(value * 10) / 10;
