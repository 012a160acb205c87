// What a page may lay over a diagram: figures at states and at events, such as how many are stuck where.
import type { Box, Line } from './layout.ts';
import { nearestUpright } from './lines.ts';
import { element, escapeText, text } from './markup.ts';
import { bold, textWidth } from './measure.ts';

export type Tone = 'plain' | 'warning' | 'alarm';

export interface Badge {
  /** A few characters: "12", "3 stuck". */
  text: string;
  tone: Tone;
  /** The whole sentence, as a hint. */
  hint: string;
}

export interface DiagramOverlay {
  /** By the path of a state, leaf or compound. */
  states?: Readonly<Record<string, readonly Badge[]>>;
  /** By `eventKey` of the state that the line leaves and the event. */
  events?: Readonly<Record<string, Badge>>;
}

/** `active.triage › screening.invited`. */
export const eventKey = (from: string, event: string): string => `${from} › ${event}`;

const size = 11;
const height = 16;

/** Badges inside a state, in its right upper corner, below each other; a card has room for two. */
export function drawBadges(box: Box, overlay: DiagramOverlay): string {
  const badges = overlay.states?.[box.path] ?? [];
  return badges
    .map((badge, index) => pill(badge, box.x + box.width - widthOf(badge) - 8, box.y + 8 + index * (height + 2)))
    .join('');
}

/** Figures of a line, threaded on it above its label. */
export function drawFigures(line: Line, overlay: DiagramOverlay): string {
  const { label } = line;
  if (!label) return '';
  const x = nearestUpright(label, line.points) ?? label.x;
  const badges = line.events.flatMap((event) => overlay.events?.[eventKey(line.from, event)] ?? []);
  return badges
    .map((badge, index) => pill(badge, x - widthOf(badge) / 2, label.y - height - index * (height + 2)))
    .join('');
}

const widthOf = (badge: Badge): number => textWidth(badge.text, size * bold) + 14;

function pill(badge: Badge, x: number, y: number): string {
  const width = widthOf(badge);
  return element(
    'g',
    { class: `badge ${badge.tone}` },
    element('title', {}, escapeText(badge.hint)),
    element('rect', { x, y, width, height, rx: height / 2 }),
    text(x + width / 2, y + 12, 'badge-text', badge.text, { 'text-anchor': 'middle' }),
  );
}
