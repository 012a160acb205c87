// What `connection add` and `connection change` have in common: settings and scope, as the command line gives them.
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { ConnectionDirection, ConnectionScope, ConnectionWorker } from '../../store/schema/schema.ts';
import { type Answer, misused } from '../answer.ts';
import { commaSeparated } from '../command.ts';

export interface SettingsOptions {
  settings?: string;
  settingsFile?: string;
}

export interface ScopeOptions {
  machines?: string[];
  regions?: string[];
  businessUnits?: string[];
  requisitionTypes?: string[];
}

export interface WorkerOptions {
  worker?: ConnectionWorker;
  direction?: ConnectionDirection;
}

export const withWorker = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--worker <who>',
        'who carries its commands out: "interlock", or "outside" for a worker of your own (src/bus/README.md)',
      ).choices(['interlock', 'outside']),
    )
    .addOption(
      new Option(
        '--direction <way>',
        'one-way: "in" writes nothing there, "out" takes nothing that it says for a cause',
      ).choices(['both', 'in', 'out']),
    );

export const withSettings = (command: Command): Command =>
  command.option('--settings <json>', 'settings as JSON').option('--settings-file <file>', 'settings from a JSON file');

export function withScope(command: Command): Command {
  return command
    .option('--machines <list>', 'only these machines, such as application,requisition', commaSeparated)
    .option('--regions <list>', 'only subjects of these regions', commaSeparated)
    .option('--business-units <list>', 'only these business units', commaSeparated)
    .option('--requisition-types <list>', 'only these types of requisition', commaSeparated);
}

/** Undefined when neither option was given. The text itself is in no message: it may hold anything. */
export async function readSettings(
  options: SettingsOptions,
): Promise<{ settings?: Record<string, unknown> } | { wrong: Answer }> {
  if (options.settings !== undefined && options.settingsFile !== undefined)
    return { wrong: misused('Give either --settings or --settings-file.') };
  const from = options.settingsFile === undefined ? '--settings' : `--settings-file ${options.settingsFile}`;
  const text = options.settingsFile === undefined ? options.settings : readText(options.settingsFile);
  if (text === undefined) return {};
  if (text === null) return { wrong: misused(`${from}: there is no such file, or it cannot be read.`) };
  const { parseJson } = await import('../../core/parse-json.ts');
  const parsed = parseJson(text);
  if (!parsed.ok) return { wrong: misused(`${from}: ${parsed.detail.replace('The body', 'it')}.`) };
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return { wrong: misused(`${from}: settings are one JSON object, such as {"baseUrl": "https://…"}.`) };
  return { settings: parsed.value as Record<string, unknown> };
}

/** The lists that were given over those that there are; `all` takes a list away, and an absent one means all. */
export function readScope(options: ScopeOptions, before: ConnectionScope = {}): ConnectionScope {
  const scope: ConnectionScope = { ...before };
  for (const name of scopeNames) {
    const given = options[name];
    if (given === undefined) continue;
    if (given.length === 1 && given[0] === 'all') delete scope[name];
    else scope[name] = given;
  }
  return scope;
}

export const givesScope = (options: ScopeOptions): boolean => scopeNames.some((name) => options[name] !== undefined);

const scopeNames = ['machines', 'regions', 'businessUnits', 'requisitionTypes'] as const;

/** Null when it cannot be read. */
export function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
