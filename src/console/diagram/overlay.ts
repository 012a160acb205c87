// What a page may lay over a diagram: figures at states and at events, jumps that were refused, and links.
import type { DiffMarks } from './diff-marks.ts';
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
  /** Where the rows behind the figure are. */
  href?: string;
}

export interface Jump {
  /** Paths of two states, leaf or compound. */
  from: string;
  to: string;
  badge: Badge;
}

export interface DiagramOverlay {
  /** By the path of a state, leaf or compound; a box has room for two, one on its upper and one on its lower border. */
  states?: Readonly<Record<string, readonly Badge[]>>;
  /** By `eventKey` of the state that the line leaves and the event. */
  events?: Readonly<Record<string, Badge>>;
  /** Ways that somebody tried to go and that do not exist. */
  jumps?: readonly Jump[];
  /** Makes states links, by their path; the label is what is heard. */
  links?: Readonly<Record<string, { href: string; label: string }>>;
  /** Where it differs from another version. */
  marks?: DiffMarks;
}

/** `active.triage › screening.invited`. */
export const eventKey = (from: string, event: string): string => `${from} › ${event}`;

const size = 11;
const height = 16;

/** Badges on the borders of a state, at its right: there they hide neither its words nor the arrows that come in above. */
export function drawBadges(box: Box, overlay: DiagramOverlay): string {
  const badges = overlay.states?.[box.path] ?? [];
  return badges
    .map((badge, index) => {
      const x = box.x + box.width - widthOf(badge) + 6;
      // Above a state in a room stand the words of the room, so the upper one lies deeper.
      return drawBadge(badge, x, index === 0 ? box.y - 5 : box.y + box.height - height / 2);
    })
    .join('');
}

/** Figures of a line, threaded on it above its label. */
export function drawFigures(line: Line, overlay: DiagramOverlay): string {
  const { label } = line;
  if (!label) return '';
  const x = nearestUpright(label, line.points) ?? label.x;
  const badges = line.events.flatMap((event) => overlay.events?.[eventKey(line.from, event)] ?? []);
  return badges
    .map((badge, index) => drawBadge(badge, x - widthOf(badge) / 2, label.y - height - index * (height + 2)))
    .join('');
}

/** Around what it links to; as it is where there is no link. A title names a link in SVG, and what is drawn stays its content. */
export const linked = (drawn: string, link: { href: string; label: string } | undefined): string =>
  link && drawn !== ''
    ? element('a', { href: link.href, class: 'il-link' }, element('title', {}, escapeText(link.label)), drawn)
    : drawn;

export const widthOf = (badge: Badge): number => textWidth(badge.text, size * bold) + 14;

/** A pill with its upper left corner there. */
export function drawBadge(badge: Badge, x: number, y: number): string {
  const width = widthOf(badge);
  const pill = element(
    'g',
    { class: `badge ${badge.tone}` },
    element('title', {}, escapeText(badge.hint)),
    element('rect', { x, y, width, height, rx: height / 2 }),
    text(x + width / 2, y + 12, 'badge-text', badge.text, { 'text-anchor': 'middle' }),
  );
  if (badge.href === undefined) return pill;
  // What is seen must be part of what is heard: people say it to their computers.
  const label = badge.hint.includes(badge.text) ? badge.hint : `${badge.text}: ${badge.hint}`;
  return linked(pill, { href: badge.href, label });
}
