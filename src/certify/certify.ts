// Certifies an adapter: runs every check of the contract against its simulator and says what happened under each fault.
import type { SystemMapping } from '../core/dictionary/mapping.ts';
import { createBench } from './bench.ts';
import { casesOf } from './cases/index.ts';
import { type Column, columnNames, columns } from './columns.ts';
import type { ContractHarness } from './harness.ts';
import { type CaseResult, runCase } from './run-case.ts';
import { type ViolationKind, violationKinds } from './violations.ts';

/** What happened under one fault. */
export interface Cell {
  /** `kept`: the contract held; `broken`: it did not; `not_offered`: this vendor has no such thing. */
  verdict: 'kept' | 'broken' | 'not_offered';
  /** In few words: "ambiguous → confirmed", "conflict", "same id". */
  happened: string;
  /** Why it is not offered, or how it was broken. */
  why: string | null;
}

export interface Certificate {
  adapter: string;
  variant: string | null;
  checks: number;
  /** Checks that the vendor offers nothing for. */
  skipped: number;
  /** Every check that was broken, also those under no fault of the matrix. */
  broken: readonly { check: string; why: string }[];
  cells: Readonly<Record<Column, Cell>>;
  totals: Readonly<Record<ViolationKind, number>>;
}

export async function certify(harness: ContractHarness, mapping: SystemMapping): Promise<Certificate> {
  const bench = createBench(harness, mapping);
  const results: { name: string; column: Column | undefined; result: CaseResult }[] = [];
  await bench.start();
  try {
    for (const one of casesOf(harness))
      results.push({ name: `${one.group}: ${one.name}`, column: one.column, result: await runCase(bench, one) });
  } finally {
    await bench.stop();
  }
  const count = (kind: ViolationKind): number =>
    results.flatMap(({ result }) => result.violations).filter((one) => one.kind === kind).length;
  const cells = columnNames.map((column) => {
    const found = results.find((one) => one.column === column)?.result;
    return [column, found ? cellOf(harness, column, found) : absent(harness, column)] as const;
  });
  return {
    adapter: harness.adapter.name,
    variant: harness.variant ?? null,
    checks: results.length,
    skipped: results.filter(({ result }) => result.ending && 'notOffered' in result.ending).length,
    broken: results.flatMap(({ name, result }) =>
      result.broken === null ? [] : [{ check: name, why: result.broken }],
    ),
    cells: Object.fromEntries(cells) as Record<Column, Cell>,
    totals: Object.fromEntries(violationKinds.map((kind) => [kind, count(kind)])) as Record<ViolationKind, number>,
  };
}

function cellOf(harness: ContractHarness, column: Column, { broken, ending, outcomes }: CaseResult): Cell {
  if (broken !== null) return { verdict: 'broken', happened: 'BROKEN', why: broken };
  if (ending && 'notOffered' in ending)
    return { verdict: 'not_offered', happened: '–', why: harness.notOffered?.[column] ?? ending.notOffered };
  const words = ending ? ending.happened : path(outcomes);
  return { verdict: 'kept', happened: words, why: null };
}

/** The check does not concern this adapter at all. */
function absent({ adapter, notOffered }: ContractHarness, column: Column): Cell {
  const usual =
    columns[column].about === 'webhook'
      ? 'it sends no webhooks'
      : adapter.capabilities.writes
        ? 'it cannot be read; its own receipt counts'
        : 'nothing is written there';
  return { verdict: 'not_offered', happened: '–', why: notOffered?.[column] ?? usual };
}

/** Outcomes in order, repetitions left out. What was unclear and then confirmed was read in between. */
function path(outcomes: readonly string[]): string {
  const steps = outcomes.filter((kind, at) => kind !== outcomes[at - 1]);
  return steps.map((kind) => (kind === 'confirmed_already' ? 'read: there' : kind.replaceAll('_', ' '))).join(' → ');
}
