// How many rows a list shows.
import { InvalidArgumentError } from 'commander';
import { limits } from '../core/limits.ts';

export const limitFlag = '--limit <rows>';
export const limitHelp = `at most so many, up to ${limits.pageRowsMax}`;
export const limitDefault: number = limits.pageRowsDefault;

export function parseLimit(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1 || rows > limits.pageRowsMax)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${limits.pageRowsMax}.`);
  return rows;
}
