// The diagram: complete, legible by geometry, self-contained, and safe with any text.
import { beforeAll, describe, expect, test } from 'vitest';
import { arrowsOf, writtenStates } from '../../src/console/diagram/arrows.ts';
import { drawDiagram } from '../../src/console/diagram/draw.ts';
import { type Box, type DiagramLayout, type Line, layoutDiagram } from '../../src/console/diagram/layout.ts';
import { escapeText } from '../../src/console/diagram/markup.ts';
import { wrap } from '../../src/console/diagram/measure.ts';
import { eventKey } from '../../src/console/diagram/overlay.ts';
import { straighten } from '../../src/console/diagram/straighten.ts';
import type { MachineDefinition } from '../../src/core/machine/definition.ts';
import { compileMachine } from '../../src/core/machine/machine.ts';
import { compiled, machineCalled } from './machine-fixtures.ts';

type Rectangle = Pick<Box, 'x' | 'y' | 'width' | 'height'>;

const inside = (inner: Rectangle, outer: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const onBorder = (point: { x: number; y: number }, { x, y, width, height }: Rectangle): boolean => {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 2;
  const across = point.x >= x - 2 && point.x <= x + width + 2;
  const down = point.y >= y - 2 && point.y <= y + height + 2;
  return (
    (across && (near(point.y, y) || near(point.y, y + height))) ||
    (down && (near(point.x, x) || near(point.x, x + width)))
  );
};
/** The pieces of a line as thin rectangles. */
const pieces = (line: Line): Rectangle[] =>
  line.points.slice(1).map((to, index) => {
    const from = line.points[index] ?? to;
    return {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.max(Math.abs(from.x - to.x), 0.5),
      height: Math.max(Math.abs(from.y - to.y), 0.5),
    };
  });

describe.each(compiled.map((machine) => [machine.name, machine] as const))('%s', (_, machine) => {
  let layout: DiagramLayout;
  beforeAll(async () => {
    layout = await layoutDiagram(machine);
  });
  const boxOf = (path: string): Box => {
    const box = layout.boxes.find((one) => one.path === path);
    if (!box) throw new Error(`${path} is not on the diagram`);
    return box;
  };

  test('every state and every transition is on it, once', () => {
    const states = writtenStates(machine.definition).map(({ path }) => path);
    expect(
      layout.boxes
        .filter(({ kind }) => kind !== 'initial')
        .map(({ path }) => path)
        .sort(),
    ).toEqual(states.sort());
    const written = arrowsOf(machine).flatMap(({ from, transitions }) =>
      transitions.map(({ event }) => `${from} ${event}`),
    );
    const drawn = layout.lines.flatMap(({ from, events }) => events.map((event) => `${from} ${event}`));
    expect(drawn.sort()).toEqual(written.sort());
  });

  test('states lie within the states around them, and beside each other', () => {
    for (const { path, parent } of writtenStates(machine.definition)) {
      if (parent !== null) expect(inside(boxOf(path), boxOf(parent)), path).toBe(true);
    }
    const leaves = layout.boxes.filter(({ kind }) => kind !== 'region');
    for (const [index, one] of leaves.entries())
      for (const other of leaves.slice(index + 1))
        expect(overlap(one, other), `${one.path}, ${other.path}`).toBe(false);
  });

  test('every line leads from border to border, at right angles', () => {
    for (const line of layout.lines) {
      const [first, last] = [line.points[0], line.points.at(-1)];
      expect(first && onBorder(first, boxOf(line.from)), `${line.from} to ${line.to}, beginning`).toBe(true);
      expect(last && onBorder(last, boxOf(line.to)), `${line.from} to ${line.to}, end`).toBe(true);
      for (const piece of pieces(line)) expect(Math.min(piece.width, piece.height)).toBe(0.5);
    }
  });

  test('no label lies on a line, a state or another label', () => {
    const labels = layout.lines.flatMap(({ label }) =>
      label ? [{ x: label.x + 1, y: label.y + 1, width: label.width - 2, height: label.height - 2 }] : [],
    );
    const cards = layout.boxes.filter(({ kind }) => kind !== 'region');
    for (const [index, label] of labels.entries()) {
      for (const line of layout.lines)
        for (const piece of pieces(line))
          expect(overlap(label, piece), `label ${index} on ${line.from} to ${line.to}`).toBe(false);
      for (const card of cards) expect(overlap(label, card), `label ${index} on ${card.path}`).toBe(false);
      for (const other of labels.slice(index + 1))
        expect(overlap(label, other), `label ${index} on another`).toBe(false);
    }
  });

  test('comes back from a store as it went, and is the same when made again', async () => {
    expect(JSON.parse(JSON.stringify(layout))).toEqual(layout);
    expect(await layoutDiagram(machine)).toEqual(layout);
  });

  test('is one self-contained, well-formed picture that can be heard too', () => {
    const svg = drawDiagram(layout, machine);
    expect(openTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/<script|<foreignObject|<image|@import|\shref=|\son[a-z]+=/i);
    for (const [, target] of svg.matchAll(/url\(([^)]*)\)/g)) expect(target).toMatch(/^#/);
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title[^>]*>.+?<\/title><desc/);
    expect(svg).toContain('prefers-color-scheme:dark');
    for (const leaf of machine.leaves.values())
      if (leaf.path !== machine.initial) expect(svg).toContain(escapeText(leaf.meta.owner));
    expect(svg).not.toMatch(/NaN|undefined|\[object/);
  });
});

test('a way out of a region leaves its border once, not from each state in it', async () => {
  const { lines } = await layoutDiagram(machineCalled('application'));
  const withdrawals = lines.filter((line) => line.events.includes('application.withdrawn'));
  expect(withdrawals.map(({ from }) => from).sort()).toEqual(['active', 'on_hold']);
});

test('text from a machine never becomes markup', async () => {
  const nasty = `"'><script>alert(1)</script>&\u0000\u001b`;
  const meta = { owner: nasty, sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'hold' } as const;
  const definition: MachineDefinition = {
    id: 'application',
    version: '1',
    description: nasty,
    initial: 'none',
    states: {
      none: {
        description: nasty,
        meta,
        on: { [nasty]: { target: 'room', description: nasty, meta: { causedBy: ['ats'], requires: [nasty] } } },
      },
      room: {
        description: nasty,
        initial: 'inner',
        states: {
          inner: {
            description: nasty,
            meta,
            on: {
              'it.ended': {
                target: '#application.over',
                description: nasty,
                guard: { type: 'requisitionSkips', params: { stage: nasty } },
                meta: { causedBy: ['ats'], requires: [] },
              },
            },
          },
        },
      },
      over: { type: 'final', description: nasty, meta: { ...meta, sla: null } },
    },
  };
  const machine = compileMachine(definition);
  const badge = { text: nasty, tone: 'alarm', hint: nasty } as const;
  const overlay = { states: { over: [badge] }, events: { [eventKey('none', nasty)]: badge } };
  const svg = drawDiagram(await layoutDiagram(machine), machine, overlay);
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML does not allow them.
  expect(svg).not.toMatch(/[\u0000-\u0008\u001b]/);
  expect(openTags(svg)).toEqual([]);
});

test('figures can be laid over states and events', async () => {
  const machine = machineCalled('requisition');
  const layout = await layoutDiagram(machine);
  const overlay = {
    states: { 'live.open': [{ text: '12', tone: 'plain', hint: '12 are open' } as const] },
    events: {
      [eventKey('live.open', 'requisition.filled')]: { text: '7', tone: 'warning', hint: '7 were refused' } as const,
    },
  };
  const svg = drawDiagram(layout, machine, overlay);
  expect(svg).toContain('<title>12 are open</title>');
  expect(svg).toContain('<title>7 were refused</title>');
  expect(drawDiagram(layout, machine)).not.toContain('class="badge');
});

test('the layout of another version is refused', async () => {
  const layout = await layoutDiagram(machineCalled('requisition'));
  expect(() => drawDiagram(layout, machineCalled('onboarding'))).toThrow(/not that of onboarding v1/);
});

test('a kink at either end is taken out, the shorter piece moving over', () => {
  const kinked = [
    { x: 10, y: 0 },
    { x: 10, y: 5 },
    { x: 14, y: 5 },
    { x: 14, y: 50 },
  ];
  expect(straighten(kinked)).toEqual([
    { x: 14, y: 0 },
    { x: 14, y: 50 },
  ]);
  expect(straighten([...kinked].reverse())).toEqual([
    { x: 14, y: 50 },
    { x: 14, y: 0 },
  ]);
  const wide = kinked.map(({ x, y }) => ({ x: x * 10, y }));
  expect(straighten(wide)).toEqual(wide);
});

test('long texts are broken into lines, and the last ends in an ellipsis', () => {
  expect(wrap('one two', 500, 12, 2)).toEqual(['one two']);
  const lines = wrap('a rather long description that goes on and on and does not end', 100, 12, 2);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/…$/);
});

/** Tags that were opened and not closed, or closed out of turn. */
function openTags(svg: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)(?:\s[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>/gi)) {
    if (selfClosing) continue;
    if (!closing) open.push(name ?? '');
    else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
}
