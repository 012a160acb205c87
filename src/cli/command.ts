// How commands are declared: a noun groups verbs; every verb takes --json and shows one example.
import type { Command } from 'commander';

export const noun = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).helpCommand(false);

/** `usage` is commander's: `add <name>`. The example is shown with the help, without `interlock` in front. */
export function verb(parent: Command, usage: string, description: string, example: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print one JSON document and nothing else on standard output')
    .addHelpText('after', `\nExample:\n  interlock ${example}`);
}

/** For options that may be given more than once. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** For options that take a list. */
export const commaSeparated = (value: string): string[] =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
