// `interlock certify`: tries every adapter against its simulator and prints what happened under each fault; 1 when a promise was broken.
import type { Command } from 'commander';
import type { Certificate } from '../certify/certify.ts';
import { type Column, columnNames, columns } from '../certify/columns.ts';
import { type ViolationKind, violationKinds } from '../certify/violations.ts';
import { type Answer, answering, done, misused } from './answer.ts';
import { collect, verb } from './command.ts';
import { fields, indent, table } from './layout.ts';
import type { Cli } from './terminal.ts';

interface CertifyOptions {
  all?: boolean;
  adapter?: readonly string[];
}

export function certifyCommand(program: Command, cli: Cli): void {
  verb(
    program,
    'certify [adapter...]',
    'Try adapters against their simulators, under every fault of the contract; no vendor is called',
    'certify greenhouse',
  )
    .option('--all', 'every adapter there is')
    .option('--adapter <name>', 'this one; may be given more than once', collect)
    .action(
      answering(cli, (named: string[], { adapter = [], all }: CertifyOptions) =>
        certifyAll(cli, { ...(all ? { all } : {}), adapter: [...named, ...adapter] }),
      ),
    );
}

async function certifyAll(cli: Cli, { all, adapter = [] }: CertifyOptions): Promise<Answer> {
  const { adapters } = await import('../adapters/registry.ts');
  const known = [...adapters.keys()].sort();
  const unknown = adapter.filter((name) => !adapters.has(name));
  if (unknown.length > 0) return misused(`There is no adapter "${unknown[0]}". Adapters: ${known.join(', ')}.`);
  if ((all === true) === adapter.length > 0)
    return misused('Say either --all or which adapters: certify greenhouse lever.');
  const { benchesOf, triedElsewhere } = await import('../certify/registry.ts');
  const { certify } = await import('../certify/certify.ts');
  const { loadDictionary } = await import('../load-definitions.ts');
  const { noMapping } = await import('../core/dictionary/mapping.ts');
  const { systems } = loadDictionary();
  const names = all ? known : [...new Set(adapter)];
  const certificates: Certificate[] = [];
  for (const name of names)
    for (const bench of benchesOf(name)) {
      certificates.push(await certify(bench, systems.get(name) ?? noMapping));
      if (cli.stderr.isTTY) cli.stderr.write(`${labelOf(certificates.at(-1) as Certificate)}\n`);
    }
  const without = names.filter((name) => benchesOf(name).length === 0);
  const elsewhere = without.filter((name) => Object.hasOwn(triedElsewhere, name));
  return report(
    certificates,
    without.filter((name) => !elsewhere.includes(name)),
    elsewhere.map((name) => ({ adapter: name, why: triedElsewhere[name] ?? '' })),
  );
}

/** Exported for the test that breaks an adapter. `untried`: adapters without a simulator in `src/certify/registry.ts`. */
export function report(
  certificates: readonly Certificate[],
  untried: readonly string[],
  elsewhere: readonly { adapter: string; why: string }[] = [],
): Answer {
  const totals = Object.fromEntries(
    violationKinds.map((kind) => [kind, certificates.reduce((sum, one) => sum + one.totals[kind], 0)]),
  ) as Record<ViolationKind, number>;
  const checks = certificates.reduce((sum, one) => sum + one.checks - one.skipped, 0);
  const broken = certificates.flatMap((one) => one.broken.map((fault) => ({ adapter: labelOf(one), ...fault })));
  const lines = [
    matrix(certificates, 'write'),
    matrix(certificates, 'webhook'),
    legend(),
    absences(certificates),
    ...(broken.length > 0
      ? [`Broken:\n${indent(broken.map((one) => `${one.adapter}: ${one.check}: ${one.why}`).join('\n'))}`]
      : []),
    ...(untried.length > 0
      ? [`Not tried, as src/certify/registry.ts has no simulator for them: ${untried.join(', ')}.`]
      : []),
    ...(elsewhere.length > 0
      ? [`Tried elsewhere:\n${indent(elsewhere.map((one) => `${one.adapter}: ${one.why}`).join('\n'))}`]
      : []),
    fields([
      ['Checks', String(checks)],
      ['Broken', String(broken.length)],
      ['False confirmations', String(totals.false_confirmation)],
      ['Double applies', String(totals.double_apply)],
      ['Inversions', String(totals.inversion)],
    ]),
  ];
  const inOrder = broken.length === 0 && untried.length === 0;
  return done({ adapters: certificates, untried, elsewhere, checks, totals }, lines.join('\n\n'), inOrder ? 0 : 1);
}

const labelOf = ({ adapter, variant }: Pick<Certificate, 'adapter' | 'variant'>): string =>
  variant === null ? adapter : `${adapter}, ${variant}`;

function matrix(certificates: readonly Certificate[], about: 'write' | 'webhook'): string {
  const shown = columnNames.filter((name) => columns[name].about === about);
  return table(
    [about === 'write' ? 'a write meets' : 'a webhook is', ...shown.map((name) => columns[name].title)],
    certificates.map((one) => [labelOf(one), ...shown.map((name) => one.cells[name].happened)]),
    'Nothing was tried.',
  );
}

const legend = (): string =>
  `What is asked:\n${indent(fields(columnNames.map((name) => [columns[name].title, columns[name].asks])))}`;

/** Why a cell says "–", adapters with one reason together. */
function absences(certificates: readonly Certificate[]): string {
  const reasons = new Map<string, Column[]>();
  for (const one of certificates)
    for (const name of columnNames) {
      const { verdict, why } = one.cells[name];
      if (verdict !== 'not_offered') continue;
      const key = `${labelOf(one)}: ${why}`;
      reasons.set(key, [...(reasons.get(key) ?? []), name]);
    }
  const lines = [...reasons].map(([key, names]) => `${key} (${names.map((name) => columns[name].title).join('; ')})`);
  return `Not offered:\n${indent(lines.length > 0 ? lines.join('\n') : 'none')}`;
}
