// Refused jumps on the diagram: dashed arrows in bows, where somebody tried to go and no way leads.
import type { Box, DiagramLayout } from './layout.ts';
import { element, round } from './markup.ts';
import { drawBadge, type Jump, widthOf } from './overlay.ts';

/** Lines first, their figures on top; those between states that are not on the diagram are left out. */
export function drawJumps(jumps: readonly Jump[], { boxes, lines: ways }: DiagramLayout, name: string): string {
  const taken: Rectangle[] = [
    ...boxes.filter((box) => box.kind !== 'region'),
    ...ways.flatMap(({ label }) => (label ? [label] : [])),
  ];
  const lines: string[] = [];
  const figures: string[] = [];
  for (const [index, { from, to, badge }] of jumps.entries()) {
    const [start, end] = [from, to].map((path) => boxes.find((box) => box.path === path));
    if (!start || !end || start === end) continue;
    const bow = bowBetween(start, end, index);
    const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
    const [first, ...rest] = bow.map(at);
    lines.push(
      element('path', { class: 'jump', d: `M${first}C${rest.join(' ')}`, 'marker-end': `url(#il-${name}-jump)` }),
    );
    const place = freePlace(bow, widthOf(badge), taken);
    taken.push(place);
    figures.push(drawBadge(badge, place.x, place.y));
  }
  return [...lines, ...figures].join('');
}

interface Point {
  x: number;
  y: number;
}
type Bow = readonly [Point, Point, Point, Point];
type Rectangle = Point & { width: number; height: number };

const pillHeight = 16;

/** Where on the bow the figure hides nothing: as near to the middle as can be, and in the middle where nothing is free. */
function freePlace(bow: Bow, width: number, taken: readonly Rectangle[]): Rectangle {
  const places = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82].map((share): Rectangle => {
    const { x, y } = pointOf(bow, share);
    return { x: x - width / 2, y: y - pillHeight / 2, width, height: pillHeight };
  });
  const free = places.find((place) => taken.every((one) => !meet(place, one)));
  return free ?? (places[0] as Rectangle);
}

const meet = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** On a cubic Bézier curve. */
function pointOf([a, b, c, d]: Bow, t: number): Point {
  const u = 1 - t;
  const mix = (p: number, q: number, r: number, s: number): number =>
    u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
  return { x: mix(a.x, b.x, c.x, d.x), y: mix(a.y, b.y, c.y, d.y) };
}

/** From side to side: lines of the machine leave and enter above and below. Bows of several jumps differ in where they begin. */
function bowBetween(from: Box, to: Box, index: number): Bow {
  const shift = ((index % 5) - 2) * 7;
  const rightward = to.x + to.width / 2 >= from.x + from.width / 2;
  const apart = rightward ? to.x - (from.x + from.width) : from.x - (to.x + to.width);
  const start: Point = { x: rightward ? from.x + from.width : from.x, y: from.y + from.height / 2 + shift };
  // Beside each other: into the near side. One above the other: around, into the same side.
  const near = apart > 20;
  const end: Point = { x: near === rightward ? to.x : to.x + to.width, y: to.y + to.height / 2 + shift };
  const reach = Math.max(60, Math.abs(end.x - start.x) / 2, near ? 0 : Math.abs(end.y - start.y) / 5);
  const out: Point = { x: start.x + (rightward ? reach : -reach), y: start.y };
  const into: Point = { x: end.x + (near === rightward ? -reach : reach), y: end.y };
  return [start, out, into, end];
}
