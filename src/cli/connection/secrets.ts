// The secrets of a connection: from options, from files, or asked for without showing them. Values are in no message.
import type { Command } from 'commander';
import type { Adapter } from '../../adapters/port.ts';
import { type Answer, misused } from '../answer.ts';
import { askSecret, canAsk } from '../ask.ts';
import { collect } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { readText } from './options.ts';

export interface SecretOptions {
  secret?: readonly string[];
  secretFile?: readonly string[];
  json?: boolean;
}

export function withSecrets(command: Command): Command {
  return command
    .option(
      '--secret <name=value>',
      'a secret; may be repeated. Other users of this machine can see it: rather use --secret-file, or be asked',
      collect,
    )
    .option(
      '--secret-file <name=path>',
      'a secret from a file, without the line break at its end; may be repeated',
      collect,
    );
}

/** With an adapter, asks for those of its secrets that the options do not give, where there is somebody to ask. What stays missing, the service refuses. */
export async function readSecrets(
  cli: Cli,
  adapter: Adapter | undefined,
  options: SecretOptions,
): Promise<{ secrets: Record<string, string> } | { wrong: Answer }> {
  const secrets: Record<string, string> = {};
  for (const pair of options.secret ?? []) {
    const [name, value] = halves(pair);
    if (!name || !value) return { wrong: misused('--secret is written as name=value.') };
    secrets[name] = value;
  }
  for (const pair of options.secretFile ?? []) {
    const [name, path] = halves(pair);
    if (!name || !path) return { wrong: misused('--secret-file is written as name=path.') };
    const text = readText(path);
    if (text === null) return { wrong: misused(`--secret-file ${name}: ${path} does not exist or cannot be read.`) };
    secrets[name] = text.replace(/\r?\n$/, '');
  }
  if (!adapter || !canAsk(cli, options)) return { secrets };
  for (const [name, { description, optional }] of Object.entries(adapter.secrets)) {
    if (secrets[name] !== undefined) continue;
    const value = await askSecret(cli, `${name}${optional ? ' (optional)' : ''}: ${description}`, optional === true);
    if (value === null) return { wrong: misused('Nothing was changed.') };
    if (value !== '') secrets[name] = value;
  }
  return { secrets };
}

function halves(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? ['', ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
