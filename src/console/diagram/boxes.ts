// States on the diagram: leaves as cards, pseudo states as statechart symbols. Compound states are in rooms.ts.
import { assertNever } from '../../core/assert.ts';
import type { CompiledMachine, LeafState } from '../../core/machine/machine.ts';
import type { Box } from './layout.ts';
import { element, escapeText, text } from './markup.ts';
import { span, systemWords, titleOf } from './words.ts';

export function drawBox(box: Box, machine: CompiledMachine): string {
  switch (box.kind) {
    case 'state':
      return card(box, machine);
    case 'region':
      return '';
    case 'begin':
      return begin(box, machine);
    case 'initial':
      return element('circle', { class: 'dot', cx: box.x + box.width / 2, cy: box.y + box.height / 2, r: 5.5 });
    case 'history':
      return history(box);
    default:
      return assertNever(box.kind, 'kind of box');
  }
}

function card(box: Box, machine: CompiledMachine): string {
  const leaf = machine.leaves.get(box.path);
  if (!leaf) return '';
  const { x, y, width, height } = box;
  const { meta } = leaf;
  const over = leaf.final || (machine.edges.get(box.path) ?? []).every((edge) => edge.meta.backward);
  const system = systemWords[meta.systemOfRecord];
  return element(
    'g',
    { class: `state${over ? ' over' : ''}`, 'data-state': box.path },
    element('title', {}, escapeText(hintOf(leaf))),
    element('rect', { class: 'card', x, y, width, height, rx: 9 }),
    // A double border says "nothing is to come".
    ...(over
      ? [element('rect', { class: 'card-inner', x: x + 3.5, y: y + 3.5, width: width - 7, height: height - 7, rx: 6 })]
      : []),
    element('rect', {
      class: `stripe of-${meta.systemOfRecord}`,
      x: x + 9,
      y: y + 13,
      width: 4,
      height: height - 26,
      rx: 2,
    }),
    text(x + 22, y + 25, 'name', titleOf(box.path)),
    text(x + 22, y + 40, 'owner', meta.owner),
    ...(leaf.slaMs === null ? [] : [clock(x + 27, y + 51.5), text(x + 36, y + 55.5, 'due', span(leaf.slaMs))]),
    text(x + width - 12, y + 55.5, 'system', system, { 'text-anchor': 'end' }),
  );
}

function hintOf({ path, description, meta, slaMs }: LeafState): string {
  return [
    `${titleOf(path)}: ${description}`,
    `Next to act: ${meta.owner}. Counts as stuck: ${slaMs === null ? 'never' : `after ${span(slaMs)}`}.`,
    `System of record: ${systemWords[meta.systemOfRecord]}. When a system differs: ${meta.onDivergence === 'revert' ? 'our state is written back' : 'a person decides'}.`,
  ].join('\n');
}

function begin({ path, x, y, width }: Box, machine: CompiledMachine): string {
  const leaf = machine.leaves.get(path);
  return element(
    'g',
    { class: 'begin', 'data-state': path },
    element('title', {}, escapeText(`${titleOf(path)}: ${leaf?.description ?? ''}`)),
    element('circle', { class: 'dot', cx: x + width / 2, cy: y + width / 2, r: width / 2 - 3 }),
  );
}

function history({ path, x, y, width }: Box): string {
  const middle = { x: x + width / 2, y: y + width / 2 };
  return element(
    'g',
    { class: 'history', 'data-state': path },
    element('title', {}, 'Where it was: back to the very state that was left.'),
    element('circle', { cx: middle.x, cy: middle.y, r: width / 2 - 1.5 }),
    text(middle.x, middle.y + 4.5, 'history-letter', 'H*', { 'text-anchor': 'middle' }),
  );
}

function clock(x: number, y: number): string {
  return element('path', {
    class: 'clock',
    d: `M${x - 4.5} ${y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0M${x} ${y - 2.6}V${y}L${x + 2} ${y + 1.2}`,
  });
}
