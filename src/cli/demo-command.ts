// `interlock demo`: a hiring season with three simulated vendors, played through the real HTTP doors.
import { type Command, InvalidArgumentError } from 'commander';
import type { DemoOptions } from './demo/run.ts';
import type { Cli } from './terminal.ts';

export function demoCommand(program: Command, cli: Cli): void {
  program
    .command('demo')
    .description('Play a hiring season with three simulated vendors, and show whether the promises held')
    .option('--exit', 'end after the table; the exit status says whether the promises held', false)
    .option('--json', 'print one JSON object as the last line of standard output', false)
    .option('--seed <number>', 'the same number plays the same season', wholeNumber, 1)
    .option('--candidates <number>', 'how many apply', wholeNumber, 200)
    .addHelpText('after', '\nExample:\n  interlock demo --exit --candidates 60')
    .action(async (options: DemoOptions) => {
      const { runDemo } = await import('./demo/run.ts');
      cli.exitCode = (await runDemo(options)) === 0 ? 0 : 1;
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 on.');
  return Number(text);
}
