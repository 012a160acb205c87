// What the signs on a diagram mean, below it.

import { type SystemKind, systemKinds } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { element, text } from './markup.ts';
import { textWidth } from './measure.ts';
import { systemWords } from './words.ts';

/** Room for the legend, px. */
export const legendHeight = 72;

export function legend(top: number, machine: CompiledMachine): string {
  const used = new Set<SystemKind>([...machine.leaves.values()].map((leaf) => leaf.meta.systemOfRecord));
  const drawn: string[] = [text(24, top + 20, 'legend-head', 'System of record')];
  let x = 150;
  for (const kind of systemKinds.filter((one) => used.has(one))) {
    drawn.push(
      element('rect', { class: `stripe of-${kind}`, x, y: top + 9, width: 4, height: 14, rx: 2 }),
      text(x + 10, top + 20, 'legend', systemWords[kind]),
    );
    x += 34 + textWidth(systemWords[kind], 12);
  }
  const y = top + 46;
  drawn.push(text(24, y + 4, 'legend-head', 'Lines'));
  drawn.push(element('path', { class: 'line', d: `M150 ${y}H178` }), text(186, y + 4, 'legend', 'onward'));
  drawn.push(element('path', { class: 'line back', d: `M250 ${y}H278` }), text(286, y + 4, 'legend', 'back to before'));
  if ([...machine.edges.values()].flat().some((edge) => edge.guard)) {
    drawn.push(
      element('path', { class: 'line guarded', d: `M400 ${y}H428` }),
      text(436, y + 4, 'legend', 'only where the requisition does without that stage'),
    );
  }
  return element('g', { class: 'legends', 'aria-hidden': 'true' }, ...drawn);
}
