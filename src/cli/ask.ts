// Asks a person for what is missing: only at a terminal, never with --json, and on standard error, so that the answer stays clean.
import type { Cli } from './terminal.ts';

export interface Choice {
  value: string;
  hint?: string;
}

export const canAsk = (cli: Cli, options: { json?: boolean }): boolean =>
  Boolean(cli.stdout.isTTY && cli.stdin.isTTY) && options.json !== true;

/** Null when the person gave up. */
export async function askSecret(cli: Cli, message: string, optional: boolean): Promise<string | null> {
  const { password, isCancel } = await import('@clack/prompts');
  const answer = await password({
    message,
    output: streamOf(cli),
    validate: (value) => (optional || value ? undefined : 'It is needed.'),
  });
  return isCancel(answer) ? null : (answer ?? '');
}

export async function askOne(cli: Cli, message: string, choices: readonly Choice[]): Promise<string | null> {
  const { select, isCancel } = await import('@clack/prompts');
  const answer = await select({ message, output: streamOf(cli), options: [...choices] });
  return isCancel(answer) ? null : answer;
}

export async function askSome(cli: Cli, message: string, choices: readonly Choice[]): Promise<string[] | null> {
  const { multiselect, isCancel } = await import('@clack/prompts');
  const answer = await multiselect({ message, output: streamOf(cli), options: [...choices], required: true });
  return isCancel(answer) ? null : answer;
}

export async function askYes(cli: Cli, message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message, output: streamOf(cli), initialValue: false })) === true;
}

/** `canAsk` has seen that there is a terminal. */
const streamOf = (cli: Cli): NodeJS.WriteStream => cli.stderr as NodeJS.WriteStream;
