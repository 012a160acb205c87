// What a command has to say at its end, and how that is printed: text for people, or one JSON document with --json.
import type { Command } from 'commander';
import { type Cli, red } from './terminal.ts';

export interface Problem {
  /** RFC 6901 pointer: `/settings/stages`. */
  pointer: string;
  detail: string;
}

export type Answer =
  | Done
  /** Wrongly called is 2; refused, or a check that found faults, is 1. */
  | { kind: 'failed'; exitCode: 1 | 2; code: string; message: string; problems: readonly Problem[] };

export interface Done {
  kind: 'done';
  json: unknown;
  text: string;
  /** 1 when the command did its work and what it looked at is not in order. */
  exitCode: 0 | 1;
}

export const done = (json: unknown, text: string, exitCode: 0 | 1 = 0): Done => ({
  kind: 'done',
  json,
  text,
  exitCode,
});

export const failed = (code: string, message: string, problems: readonly Problem[] = []): Answer => ({
  kind: 'failed',
  exitCode: 1,
  code,
  message,
  problems,
});

/** The command line itself is wrong; nothing was tried. */
export const misused = (message: string): Answer => ({
  kind: 'failed',
  exitCode: 2,
  code: 'usage',
  message,
  problems: [],
});

/** Makes a commander action of a function that gives an answer. */
export function answering<Given extends unknown[]>(
  cli: Cli,
  work: (...given: Given) => Promise<Answer>,
): (...given: [...Given, Command]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command;
    const answer = await work(...(all.slice(0, -1) as Given));
    print(cli, answer, command.opts<{ json?: boolean }>().json === true);
  };
}

export function print(cli: Cli, answer: Answer, json: boolean): void {
  cli.exitCode = answer.exitCode;
  if (answer.kind === 'done') {
    cli.stdout.write(json ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.text}\n`);
    return;
  }
  const { code, message, problems } = answer;
  const lines = [red(cli, message), ...problems.map((one) => `  ${one.pointer}: ${one.detail}`)];
  cli.stderr.write(`${lines.join('\n')}\n`);
  if (json) cli.stdout.write(`${JSON.stringify({ error: { code, message, problems } }, null, 2)}\n`);
}
