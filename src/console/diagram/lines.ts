// Transitions on the diagram: right-angled lines with rounded corners, and their events beside them.
import type { Arrow } from './arrows.ts';
import { sizes } from './elk-graph.ts';
import type { Line } from './layout.ts';
import { element, escapeText, round, text } from './markup.ts';
import { guardLabel, systemWords } from './words.ts';

const corner = 7;

export function drawLine(line: Line, arrows: readonly Arrow[], name: string): string {
  const guarded = arrowOf(line, arrows)?.transitions.every(({ transition }) => transition.guard) ?? false;
  const kind = line.backward ? 'back' : 'ahead';
  const className = `line${line.backward ? ' back' : ''}${guarded ? ' guarded' : ''}`;
  return element('path', {
    class: className,
    d: path(line.points),
    'marker-end': `url(#il-${name}-${kind})`,
    'data-from': line.from,
    'data-to': line.to,
  });
}

/** The events of a line, each with who may cause it and what it needs as a hint. */
export function drawLabel(line: Line, arrows: readonly Arrow[]): string {
  const arrow = arrowOf(line, arrows);
  const { label } = line;
  if (!arrow || !label) return '';
  // Beside the line, and growing away from it: a wider face than expected must not cross it.
  const before = (nearestUpright(label, line.points) ?? label.x) > label.x + label.width / 2;
  const x = before ? label.x + label.width - 3 : label.x + 3;
  const anchor: Record<string, string> = before ? { 'text-anchor': 'end' } : {};
  let y = label.y + sizes.eventLine - 3;
  const drawn: string[] = [];
  for (const { event, transition } of arrow.transitions) {
    const { causedBy, requires } = transition.meta;
    const needs = requires.length > 0 ? ` Needs ${requires.join(', ')}.` : '';
    const hint = `${event}: ${transition.description}\nMay be caused by ${causedBy.map((kind) => systemWords[kind]).join(', ')}.${needs}`;
    const rows = [text(x, y, 'event', event, anchor)];
    y += sizes.eventLine;
    if (transition.guard) {
      rows.push(text(x, y, 'guard', guardLabel(transition.guard), anchor));
      y += sizes.eventLine;
    }
    drawn.push(
      element(
        'g',
        { class: 'label', 'data-event': event, 'data-from': line.from },
        element('title', {}, escapeText(hint)),
        ...rows,
      ),
    );
  }
  return drawn.join('');
}

function arrowOf(line: Line, arrows: readonly Arrow[]): Arrow | undefined {
  return arrows.find(
    (one) => one.from === line.from && one.to === line.to && one.transitions[0]?.event === line.events[0],
  );
}

function path(points: Line['points']): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let drawn = `M${round(first.x)} ${round(first.y)}`;
  for (const [index, point] of rest.entries()) {
    const before = points[index] ?? first;
    const after = points[index + 2];
    if (!after) {
      drawn += `L${round(point.x)} ${round(point.y)}`;
      continue;
    }
    const cut = Math.min(corner, distance(before, point) / 2, distance(point, after) / 2);
    const into = towards(point, before, cut);
    const out = towards(point, after, cut);
    drawn += `L${round(into.x)} ${round(into.y)}Q${round(point.x)} ${round(point.y)} ${round(out.x)} ${round(out.y)}`;
  }
  return drawn;
}

/** Where the upright piece of the line stands that is nearest to its label. */
export function nearestUpright(label: NonNullable<Line['label']>, points: Line['points']): number | null {
  const middle = { x: label.x + label.width / 2, y: label.y + label.height / 2 };
  let nearest: number | null = null;
  for (const [index, from] of points.entries()) {
    const to = points[index + 1];
    if (!to || Math.abs(from.x - to.x) > 1) continue;
    const beside = Math.min(from.y, to.y) - label.height < middle.y && Math.max(from.y, to.y) + label.height > middle.y;
    if (beside && (nearest === null || Math.abs(from.x - middle.x) < Math.abs(nearest - middle.x))) nearest = from.x;
  }
  return nearest;
}

type Point = Line['points'][number];

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * length) / whole, y: from.y + ((to.y - from.y) * length) / whole };
}
