// One check per element, built from its definition: is this value what the dictionary says?
import { z } from 'zod';
import { limits } from '../limits.ts';
import type { ElementDefinition } from './document.ts';

export type ElementProblemCode = 'wrong_type' | 'not_allowed' | 'too_long';

/** What is wrong with a value; `path` leads into a list. The detail names the rule, never the value. */
export interface ElementProblem {
  path: number[];
  code: ElementProblemCode;
  detail: string;
}

const itemsMax = 100;
const problemsMax = 10;
const emailCharsMax = 254;
const urlCharsMax = 2_048;

/** Builds the check of one element; an empty list of problems means that the value is right. */
export function checkerOf(element: ElementDefinition): (value: unknown) => ElementProblem[] {
  const schema = schemaOf(element);
  return (value) => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return [];
    const problems = parsed.error.issues.slice(0, problemsMax).map((issue) => problemOf(issue, element));
    // A value of the wrong type may break further rules too; the first says enough.
    return problems.filter(
      (one, index) => problems.findIndex((other) => other.path.join() === one.path.join()) === index,
    );
  };
}

function schemaOf(element: ElementDefinition): z.ZodType {
  if (element.type !== 'list') return scalar(element.type, element);
  return z.array(scalar(element.of ?? 'string', element)).max(element.maxItems ?? itemsMax);
}

function scalar(type: Exclude<ElementDefinition['type'], 'list'>, element: ElementDefinition): z.ZodType {
  const base = baseOf(type, element);
  const { allowed } = element;
  return allowed ? base.refine((value) => allowed.includes(value as string | number), 'allowed') : base;
}

function baseOf(type: Exclude<ElementDefinition['type'], 'list'>, element: ElementDefinition): z.ZodType {
  switch (type) {
    case 'number':
      return bounded(z.number(), element);
    case 'integer':
      return bounded(z.int(), element);
    case 'boolean':
      return z.boolean();
    case 'date':
      return z.iso.date();
    case 'date-time':
      return z.iso.datetime({ offset: true });
    case 'email':
      return z
        .string()
        .max(Math.min(element.maxLength ?? emailCharsMax, emailCharsMax), { abort: true })
        .pipe(z.email());
    case 'url':
      return z
        .string()
        .max(Math.min(element.maxLength ?? urlCharsMax, urlCharsMax), { abort: true })
        .pipe(z.url({ protocol: /^https?$/ }));
    case 'string':
      return z.string().max(element.maxLength ?? limits.stringCharsMax);
  }
}

function bounded(schema: z.ZodNumber, { min, max }: ElementDefinition): z.ZodNumber {
  const above = min === undefined ? schema : schema.min(min);
  return max === undefined ? above : above.max(max);
}

function problemOf(issue: z.core.$ZodIssue, element: ElementDefinition): ElementProblem {
  const path = issue.path.filter((part): part is number => typeof part === 'number');
  const said = (code: ElementProblemCode, detail: string): ElementProblem => ({ path, code, detail });
  if (issue.code === 'custom') return said('not_allowed', `${element.name} is one of: ${element.allowed?.join(', ')}`);
  if (issue.code === 'too_big' && issue.origin === 'array')
    return said('too_long', `${element.name} has at most ${issue.maximum} items`);
  if (issue.code === 'too_big' && issue.origin === 'string')
    return said('too_long', `${element.name} has at most ${issue.maximum} characters`);
  if (issue.code === 'too_big' || issue.code === 'too_small')
    return said('not_allowed', `${element.name} lies between ${element.min ?? 'any'} and ${element.max ?? 'any'}`);
  return said('wrong_type', `${element.name} is ${wanted(element, path.length > 0)}`);
}

function wanted(element: ElementDefinition, item: boolean): string {
  const type = item ? (element.of ?? 'string') : element.type;
  const words: Record<ElementDefinition['type'], string> = {
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    date: 'a date as YYYY-MM-DD',
    'date-time': 'a time as 2026-01-31T09:30:00Z',
    url: 'an http or https address',
    email: 'an e-mail address',
    list: 'a list',
  };
  return words[type];
}
