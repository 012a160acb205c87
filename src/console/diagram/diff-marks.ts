// Marks of a comparison on the diagram: added, removed and changed, each told by a border, a sign and a word beside its colour.
import type { Change } from '../../core/machine/diff.ts';
import type { Box, DiagramLayout, Line } from './layout.ts';
import { nearestUpright } from './lines.ts';
import { element, escapeText, round, text } from './markup.ts';
import { bold, textWidth } from './measure.ts';
import { titleOf } from './words.ts';

export interface DiffMarks {
  /** By the path of a state, leaf or compound. */
  states: Readonly<Record<string, Change>>;
  /** By `lineKey`; one event may have several ways out, each with a target of its own. */
  transitions: Readonly<Record<string, Change>>;
}

/** `open › requisition.filled › filled`. */
export const lineKey = (from: string, event: string, to: string): string => [from, event, to].join(' › ');

/** A sign for each, so that no meaning hangs on colour. */
export const changeSigns: Readonly<Record<Change, string>> = { added: '＋', removed: '✕', changed: '△' };

const size = 11;
const height = 18;

/** Borders around states and beside lines, and their tags on top. */
export function drawMarks({ boxes, lines }: DiagramLayout, marks: DiffMarks): string {
  const marked = boxes.flatMap((box) => {
    const change = marks.states[box.path];
    return change === undefined ? [] : [{ box, change }];
  });
  return [
    ...lines.map((line) => drawMarkedLine(line, marks)),
    ...marked.map(({ box, change }) => outline(box, change)),
    ...lines.map((line) => lineTags(line, marks)),
    ...marked.map(({ box, change }) => stateTag(box, change)),
  ].join('');
}

function outline(box: Box, change: Change): string {
  const { x, y, width, height: tall } = box;
  const border = { class: `mark ${change}`, x: x - 4, y: y - 4, width: width + 8, height: tall + 8, rx: 12 };
  // What is gone is struck out as well.
  const cross =
    change === 'removed' && box.kind === 'state'
      ? element('path', { class: 'mark removed', d: `M${x} ${y + tall}L${x + width} ${y}` })
      : '';
  return element('rect', border) + cross;
}

const stateTag = (box: Box, change: Change): string =>
  tag(box.x + 6, box.y - height / 2 - 4, change, change, `${titleOf(box.path)} is ${change}`);

function marksOf(line: Line, marks: DiffMarks): { event: string; change: Change }[] {
  return line.events.flatMap((event) => {
    const change = marks.transitions[lineKey(line.from, event, line.to)];
    return change === undefined ? [] : [{ event, change }];
  });
}

function drawMarkedLine(line: Line, marks: DiffMarks): string {
  const found = marksOf(line, marks);
  const [first] = found;
  if (!first) return '';
  const all = found.length === line.events.length && found.every((one) => one.change === first.change);
  const points = line.points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
  return element('polyline', { class: `mark-line ${all ? first.change : 'changed'}`, points });
}

/** One tag per kind of change, above the events of the line. */
function lineTags(line: Line, marks: DiffMarks): string {
  const { label } = line;
  if (!label) return '';
  const found = marksOf(line, marks);
  const kinds = [...new Set(found.map((one) => one.change))];
  const x = nearestUpright(label, line.points) ?? label.x;
  return kinds
    .map((change, index) => {
      const events = found.filter((one) => one.change === change).map((one) => one.event);
      const words = events.length > 1 ? `${events.length} ${change}` : change;
      const hint = `${events.join(', ')}: ${change}, from ${titleOf(line.from)} to ${titleOf(line.to)}`;
      return tag(x - widthOf(words) / 2, label.y - height - 1 - index * (height + 2), change, words, hint);
    })
    .join('');
}

const widthOf = (words: string): number => textWidth(`${changeSigns.added} ${words}`, size * bold) + 18;

function tag(x: number, y: number, change: Change, words: string, hint: string): string {
  const width = widthOf(words);
  // Three outlines: a pill, a square box, a cut-off one.
  const shape = { added: height / 2, removed: 0, changed: 4 }[change];
  return element(
    'g',
    { class: `mark-tag ${change}` },
    element('title', {}, escapeText(hint)),
    element('rect', { x: round(x), y: round(y), width: round(width), height, rx: shape }),
    text(x + width / 2, y + 13, 'mark-text', `${changeSigns[change]} ${words}`, { 'text-anchor': 'middle' }),
  );
}
