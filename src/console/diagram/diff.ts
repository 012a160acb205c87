// Draws two versions of a machine as one picture: all that either has, with marks where they differ.

import type { MachineDiff } from '../../core/machine/diff.ts';
import { unionOf } from '../../core/machine/diff.ts';
import { type CompiledMachine, compileMachine } from '../../core/machine/machine.ts';
import { type DiffMarks, lineKey } from './diff-marks.ts';
import { drawDiagram } from './draw.ts';
import type { DiagramLayout } from './layout.ts';

/** The SVG for a page that has the style already; `layoutOf` gives the layout of whatever is drawn. */
export async function drawDiff(
  before: CompiledMachine,
  after: CompiledMachine,
  diff: MachineDiff,
  layoutOf: (machine: CompiledMachine) => Promise<DiagramLayout>,
): Promise<string> {
  const union = compileMachine(unionOf(before.definition, after.definition));
  return drawDiagram(await layoutOf(union), union, { marks: marksOf(diff) }, { embedded: true });
}

function marksOf({ states, transitions }: MachineDiff): DiffMarks {
  const lines: Record<string, MachineDiff['transitions'][number]['change']> = {};
  for (const { from, event, to, change, fields } of transitions) {
    const was = fields.find((one) => one.field === 'leads to')?.before;
    // One that leads elsewhere now is two arrows: the old one is gone, the new one is there.
    if (change === 'changed' && was != null) {
      lines[lineKey(from, event, was)] = 'removed';
      lines[lineKey(from, event, to)] = 'added';
    } else lines[lineKey(from, event, to)] = change;
  }
  return { states: Object.fromEntries(states.map(({ path, change }) => [path, change])), transitions: lines };
}
