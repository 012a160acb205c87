// Draws a laid-out machine as one SVG: self-contained as a file, or as a part of a page that has the style already.
import { assert } from '../../core/assert.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { arrowsOf } from './arrows.ts';
import { drawBox } from './boxes.ts';
import { drawMarks } from './diff-marks.ts';
import { drawJumps } from './jumps.ts';
import type { DiagramLayout } from './layout.ts';
import { legend, legendHeight } from './legend.ts';
import { drawLabel, drawLine } from './lines.ts';
import { element, escapeText, text } from './markup.ts';
import { type DiagramOverlay, drawBadges, drawFigures, linked } from './overlay.ts';
import { drawRoom, nameRoom } from './rooms.ts';
import { style } from './style.ts';
import { titleOf } from './words.ts';

export interface DrawOptions {
  /** For a page that has `style` in its stylesheet: no style of its own, and its links can be reached and heard one by one. */
  embedded?: boolean;
}

/** The SVG of a version. `layout` must be the one made of this very version; `overlay` adds figures, jumps and links. */
export function drawDiagram(
  layout: DiagramLayout,
  machine: CompiledMachine,
  overlay: DiagramOverlay = {},
  { embedded = false }: DrawOptions = {},
): string {
  assert(layout.machine === machine.hash, `The layout is not that of ${machine.name} v${machine.version}`);
  const name = `${machine.name}-v${machine.version}`;
  const height = Math.ceil(headingHeight + layout.height + legendHeight);
  const width = Math.max(Math.ceil(layout.width), 720);
  const arrows = arrowsOf(machine);
  const regions = layout.boxes.filter(({ kind }) => kind === 'region');
  const others = layout.boxes.filter(({ kind }) => kind !== 'region');
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      class: 'il-diagram',
      // A picture hides what is in it from those who hear it; a group does not.
      role: embedded ? 'group' : 'img',
      'aria-labelledby': embedded ? `il-${name}-title` : `il-${name}-title il-${name}-desc`,
    },
    element(
      'title',
      { id: `il-${name}-title` },
      escapeText(`${titleOf(machine.name)}, version ${machine.version}: states and transitions`),
    ),
    ...(embedded
      ? []
      : [element('desc', { id: `il-${name}-desc` }, escapeText(inWords(machine))), `<style>${style}</style>`]),
    arrowHead(name, 'ahead'),
    arrowHead(name, 'back'),
    ...(overlay.jumps ? [arrowHead(name, 'jump')] : []),
    element('rect', { class: 'paper', width, height }),
    heading(machine),
    element(
      'g',
      { transform: `translate(0 ${headingHeight})` },
      // Rooms first, then lines, then what stands on them.
      ...regions.map((box) => drawRoom(box, machine)),
      ...layout.lines.map((line) => drawLine(line, arrows, name)),
      ...regions.map((box) => nameRoom(box, machine, layout.lines)),
      ...others.map((box) => linked(drawBox(box, machine), overlay.links?.[box.path])),
      ...layout.lines.map((line) => drawLabel(line, arrows)),
      drawJumps(overlay.jumps ?? [], layout, name),
      ...layout.boxes.map((box) => drawBadges(box, overlay)),
      ...layout.lines.map((line) => drawFigures(line, overlay)),
      ...(overlay.marks ? [drawMarks(layout, overlay.marks)] : []),
      legend(layout.height, machine),
    ),
  );
}

const headingHeight = 60;

function heading(machine: CompiledMachine): string {
  const name = `${titleOf(machine.name)}, version ${machine.version}`;
  return element(
    'g',
    {},
    text(24, 36, 'heading', name),
    text(24, 55, 'subheading', `${machine.definition.description} Fingerprint ${machine.hash.slice(0, 12)}`),
  );
}

/** For those who hear the picture: every state with its ways out. */
function inWords(machine: CompiledMachine): string {
  const states = [...machine.leaves.values()].map((leaf) => {
    const ways = (machine.edges.get(leaf.path) ?? []).map(
      (edge) => `${edge.event} to ${edge.to === null ? 'where it was' : titleOf(edge.to)}`,
    );
    return `${titleOf(leaf.path)}: ${leaf.description} ${ways.length > 0 ? `Leads on by ${[...new Set(ways)].join(', ')}.` : 'Leads nowhere.'}`;
  });
  return [machine.definition.description, ...states].join(' ');
}

const heads = { ahead: 'head', back: 'head-back', jump: 'head-jump' } as const;

function arrowHead(name: string, kind: keyof typeof heads): string {
  return element(
    'marker',
    {
      id: `il-${name}-${kind}`,
      viewBox: '0 0 10 10',
      refX: 9,
      refY: 5,
      markerWidth: 7,
      markerHeight: 7,
      orient: 'auto-start-reverse',
    },
    element('path', { d: 'M0 0.8 L10 5 L0 9.2 Z', class: heads[kind] }),
  );
}
