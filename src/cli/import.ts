// `interlock import`: takes the subjects of a CSV or NDJSON file in, goes on after a crash, and ends with exact totals.
import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import { machineNames } from '../core/machine/definition.ts';
import type { ImportRefused } from '../services/imports/begin-import.ts';
import type { ImportMoment, ImportTotals } from '../services/imports/import-file.ts';
import type { DryRun } from '../services/imports/try-import.ts';
import { type Answer, answering, done, failed, misused } from './answer.ts';
import { collect, verb } from './command.ts';
import { fields } from './layout.ts';
import { inSession } from './session.ts';
import type { Cli } from './terminal.ts';

interface ImportOptions {
  connection: string;
  machine: (typeof machineNames)[number];
  format?: 'csv' | 'ndjson';
  state?: readonly string[];
  errors?: string;
  writeBack?: boolean;
  dryRun?: boolean;
}

export function importCommand(program: Command, cli: Cli): void {
  verb(
    program,
    'import <file>',
    'Take in what there was before Interlock: one subject per line, where it stands and since when. No vendor is told unless --write-back says so',
    'import applications.csv --connection greenhouse-eu --state "Phone screen=active.screening.invited"',
  )
    .requiredOption('--connection <name>', 'whose ids the file holds')
    .addOption(new Option('--machine <name>', 'what the lines are').choices(machineNames).default('application'))
    .addOption(
      new Option('--format <format>', 'made of the ending of the name unless given').choices(['csv', 'ndjson']),
    )
    .option('--state <word=state>', 'what a word of the file stands for; may be given more than once', collect)
    .option('--errors <file>', 'where to write what was wrong with which line; <file>.errors.csv unless given')
    .option('--write-back', 'tell every connected system, as of any transition')
    .option('--dry-run', 'only read and check the file')
    .addHelpText(
      'after',
      `
Columns: id, state, since, and if you have them previous_state, requisition, profile; every other column is an element of
the dictionary, by its name. Lists are separated by semicolons. The same file again goes on where it stopped.`,
    )
    .action(answering(cli, (file: string, options: ImportOptions) => run(cli, file, options)));
}

async function run(cli: Cli, path: string, options: ImportOptions): Promise<Answer> {
  const format = options.format ?? formats[extname(path).toLowerCase()];
  if (!format) return misused(`Say --format csv or --format ndjson: the name "${path}" does not tell.`);
  const states = statesOf(options.state ?? []);
  if (!states)
    return misused('--state is a word and one of our states with = between, such as "Offer=active.offer.extended".');
  const { connection, machine, writeBack = false, dryRun = false } = options;
  const errorsPath = options.errors ?? `${path}.errors.csv`;
  return inSession(cli, async ({ context, by }) => {
    const wanted = { path, format, connection, machine, states, writeBack, errorsPath, actor: by.actor };
    if (dryRun) {
      const { tryImport } = await import('../services/imports/try-import.ts');
      return tried(await tryImport(context, wanted), errorsPath);
    }
    const { importFile } = await import('../services/imports/import-file.ts');
    return ended(await importFile(context, wanted, bar(cli)), errorsPath);
  });
}

const formats: Readonly<Record<string, 'csv' | 'ndjson'>> = { '.csv': 'csv', '.ndjson': 'ndjson', '.jsonl': 'ndjson' };

function statesOf(given: readonly string[]): Record<string, string> | null {
  const pairs = given.map((one) => /^(.+)=([a-z_.]+)$/.exec(one));
  return pairs.every((pair) => pair !== null)
    ? Object.fromEntries(pairs.map((pair) => [pair[1]?.trim() ?? '', pair[2] ?? '']))
    : null;
}

/** On a terminal only: whoever reads a log wants the end. */
function bar(cli: Cli): (moment: ImportMoment) => void {
  if (!cli.stderr.isTTY) return () => {};
  const startedAt = performance.now();
  let before: number | null = null;
  return ({ lines, errors, share }) => {
    before ??= lines;
    const perSecond = Math.round(((lines - before) * 1_000) / Math.max(1, performance.now() - startedAt));
    const filled = Math.round(share * 30);
    const shown = `${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${lines} lines, ${perSecond} a second, ${errors} errors`;
    cli.stderr.write(`\r${shown}${share >= 1 ? '\n' : ''}`);
  };
}

function ended(result: ImportTotals | ImportRefused, errorsPath: string): Answer {
  if (!('lines' in result)) return refused(result);
  const { id, kind, lines, created, duplicates, errors } = result;
  const text = fields([
    ['Import', `${id}${kind === 'done_before' ? ' (done before; nothing was left to do)' : ''}`],
    ['Lines', String(lines)],
    ['Read', `${created + duplicates}: ${created} created, ${duplicates} known already`],
    ['Errors', errors === 0 ? '0' : `${errors}, in ${errorsPath}`],
  ]);
  return done({ ...result, errorsFile: errors === 0 ? null : errorsPath }, text, errors === 0 ? 0 : 1);
}

function tried(result: DryRun | ImportRefused, errorsPath: string): Answer {
  if (!('lines' in result)) return refused(result);
  const { lines, errors } = result;
  const text = fields([
    ['Lines', String(lines)],
    ['Could be read', String(lines - errors)],
    ['Errors', errors === 0 ? '0' : `${errors}, in ${errorsPath}`],
    ['Recorded', 'nothing: this was a dry run'],
  ]);
  return done({ ...result, dryRun: true, errorsFile: errors === 0 ? null : errorsPath }, text, errors === 0 ? 0 : 1);
}

function refused(result: ImportRefused): Answer {
  switch (result.kind) {
    case 'unknown_connection':
      return failed(
        'unknown_connection',
        'There is no such connection. "interlock connection list" shows those there are.',
      );
    case 'unknown_columns':
      return failed(
        'unknown_columns',
        `Nothing was imported: the dictionary has no element ${result.columns.map((one) => `"${one}"`).join(', ')}. Rename the columns or leave them out.`,
      );
    case 'unknown_states':
      return failed('unknown_states', `--state leads to what is no state: ${result.states.join(', ')}.`);
  }
}
