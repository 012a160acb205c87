// What the commands of the measurement may be told: read, checked and explained in one way.
import { parseArgs } from 'node:util';

/** `says`: for the help. Where the default is a number, what is given must be one. Without a default it may be left out. */
export interface Option {
  says: string;
  default?: string | boolean;
}

export type Options = Readonly<Record<string, Option>>;

type Value<One> = One extends { default: boolean }
  ? boolean
  : One extends { default: string }
    ? string
    : string | undefined;

export type Given<All extends Options> = { [Name in keyof All]: Value<All[Name]> };

export const asJson = { says: 'one JSON document on standard output', default: false } as const;

const number = /^\d+(\.\d+)?$/;

/** Throws a sentence where something is given that is not there, or that is no number where one is needed. */
export function readOptions<All extends Options>(options: All, args: readonly string[]): Given<All> {
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { default: unlessGiven }]) => [
        name,
        {
          type: typeof unlessGiven === 'boolean' ? ('boolean' as const) : ('string' as const),
          ...(unlessGiven === undefined ? {} : { default: unlessGiven }),
        },
      ]),
    ),
  });
  for (const [name, { default: unlessGiven }] of Object.entries(options))
    if (number.test(String(unlessGiven)) && !number.test(String(values[name])))
      throw new Error(`--${name} must be a number, such as ${unlessGiven}; it is "${values[name]}"`);
  return values as Given<All>;
}

/** One line for each. */
export function explain(options: Options): string {
  return Object.entries(options)
    .map(([name, { says, default: unlessGiven }]) => {
      const otherwise = typeof unlessGiven === 'string' ? ` (${unlessGiven})` : '';
      return `  --${name.padEnd(12)} ${says}${otherwise}\n`;
    })
    .join('');
}
