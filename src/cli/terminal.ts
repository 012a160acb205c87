// The outside world as a command sees it: streams, environment, and how it ended; a test hands in its own.
import { styleText } from 'node:util';

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
}

export interface Surroundings {
  stdout: Stream;
  stderr: Stream;
  stdin: { isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
}

export interface Cli extends Surroundings {
  exitCode: 0 | 1 | 2;
}

/** Bold, where the terminal can show it and NO_COLOR does not forbid it. */
export const bold = (cli: Surroundings, text: string): string => styled('bold', cli.stdout, text);

export const red = (cli: Surroundings, text: string): string => styled('red', cli.stderr, text);

function styled(style: 'bold' | 'red', stream: Stream, text: string): string {
  return stream.isTTY ? styleText(style, text, { stream: stream as NodeJS.WriteStream }) : text;
}
