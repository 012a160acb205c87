// Counts each required element that a refused event lacked.
import type { Counts } from '../../core/figures/kpi.ts';
import type { Settled } from './event-rows.ts';

export function countMissing(
  counts: Counts,
  { machine, source }: { machine: string; source: string },
  { code, detail }: { code: Settled['code']; detail: Readonly<Record<string, unknown>> | null },
): void {
  if (code !== 'missing_elements' || !Array.isArray(detail?.elements)) return;
  for (const element of detail.elements) counts.add('element.missing', machine, String(element), source);
}
