// What the vendor allows this account, where it differs from what the adapter knows: at once, and in a time.
import { type Command, InvalidArgumentError } from 'commander';
import type { ConnectionPace } from '../../store/schema/schema.ts';

export interface PaceOptions {
  concurrency?: number | 'default';
  rate?: { requests: number; perMs: number } | 'default';
  sweepShare?: number | 'default';
}

export function withPace(command: Command): Command {
  return command
    .option(
      '--concurrency <number>',
      'writebacks on their way at once; "default": as the adapter knows',
      parseConcurrency,
    )
    .option('--rate <requests/ms>', 'at most so many requests in so many ms, such as 50/10000; "default"', parseRate)
    .option(
      '--sweep-share <share>',
      'the share of that which may go into reading what the system shows, from 0 (never) to 0.5; "default": 0.1',
      parseShare,
    );
}

/** What was given over what there is. */
export function readPace({ concurrency, rate, sweepShare }: PaceOptions, before: ConnectionPace = {}): ConnectionPace {
  const pace = { ...before };
  if (concurrency === 'default') delete pace.concurrency;
  else if (concurrency !== undefined) pace.concurrency = concurrency;
  if (sweepShare === 'default') delete pace.sweepShare;
  else if (sweepShare !== undefined) pace.sweepShare = sweepShare;
  if (rate === 'default') {
    delete pace.requests;
    delete pace.perMs;
  } else if (rate !== undefined) Object.assign(pace, rate);
  return pace;
}

export const givesPace = (options: PaceOptions): boolean =>
  options.concurrency !== undefined || options.rate !== undefined || options.sweepShare !== undefined;

function parseConcurrency(text: string): PaceOptions['concurrency'] {
  if (text === 'default') return text;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError('It is a whole number from 1 to 64, or "default".');
}

function parseShare(text: string): PaceOptions['sweepShare'] {
  if (text === 'default') return text;
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 0.5) return share;
  throw new InvalidArgumentError('It is a number from 0 to 0.5, or "default".');
}

function parseRate(text: string): PaceOptions['rate'] {
  if (text === 'default') return text;
  const [, requests, perMs] = /^([1-9]\d{0,6})\/([1-9]\d{0,7})$/.exec(text) ?? [];
  if (requests && perMs) return { requests: Number(requests), perMs: Number(perMs) };
  throw new InvalidArgumentError('It is written as requests/milliseconds, such as 50/10000, or "default".');
}
