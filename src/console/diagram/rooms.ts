// Compound states on the diagram: rooms around their states, with their names where no line passes.
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { writtenStates } from './arrows.ts';
import { sizes } from './elk-graph.ts';
import type { Box, Line } from './layout.ts';
import { element, escapeText, text } from './markup.ts';
import { bold, textWidth, wrap } from './measure.ts';
import { titleOf } from './words.ts';

const margin = 20;

export function drawRoom({ path, x, y, width, height, depth }: Box, machine: CompiledMachine): string {
  const state = describe(path, machine);
  const hint = element('title', {}, escapeText(`${titleOf(path)}: ${state}`));
  return element(
    'g',
    { class: `room depth-${Math.min(depth, 2)}`, 'data-state': path },
    hint,
    element('rect', { x, y, width, height, rx: 14 }),
  );
}

/** Name and description, in the widest stretch of the head that no line crosses; the leftmost of those that will do. */
export function nameRoom(box: Box, machine: CompiledMachine, lines: readonly Line[]): string {
  const description = describe(box.path, machine);
  const name = titleOf(box.path);
  const stretches = freeStretches(box, lines);
  const wanted = Math.max(textWidth(name, sizes.region * bold), Math.ceil(textWidth(description, sizes.text) / 2) + 24);
  const widest = stretches.reduce(
    (best, one) => (one.width > best.width ? one : best),
    stretches[0] ?? { x: box.x + margin, width: box.width - 2 * margin },
  );
  const { x, width } = stretches.find((one) => one.width >= wanted) ?? widest;
  const rows = wrap(description, width, sizes.text, 2).map((row, index) =>
    text(x, box.y + 43 + index * 15, 'room-text', row),
  );
  return element('g', { class: 'room-head', 'aria-hidden': 'true' }, text(x, box.y + 26, 'room-name', name), ...rows);
}

function freeStretches(box: Box, lines: readonly Line[]): { x: number; width: number }[] {
  const head = { top: box.y + 8, bottom: box.y + sizes.header };
  const crossings: number[] = [];
  for (const { points } of lines) {
    for (const [index, from] of points.entries()) {
      const to = points[index + 1];
      if (!to || Math.abs(from.x - to.x) > 1) continue;
      const inside = from.x > box.x && from.x < box.x + box.width;
      if (inside && Math.min(from.y, to.y) < head.bottom && Math.max(from.y, to.y) > head.top) crossings.push(from.x);
    }
  }
  const edges = [box.x + margin - 8, ...crossings.sort((a, b) => a - b), box.x + box.width - margin + 8];
  return edges
    .slice(1)
    .map((right, index) => ({ x: (edges[index] ?? 0) + 8, width: right - (edges[index] ?? 0) - 16 }));
}

const describe = (path: string, machine: CompiledMachine): string =>
  writtenStates(machine.definition).find((one) => one.path === path)?.state.description ?? '';
