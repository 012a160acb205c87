// The strict shape of the dictionary's two documents, as they are written in dictionary/*.yaml.
import { z } from 'zod';
import { durationMs } from './duration.ts';
import { limits } from './limits.ts';
import { systemKinds } from './machine-definition.ts';

export const elementTypes = [
  'string',
  'number',
  'integer',
  'boolean',
  'date',
  'date-time',
  'url',
  'email',
  'list',
] as const;
export const classifications = ['public', 'internal', 'personal', 'sensitive'] as const;
export const conflictRules = ['golden_source_wins', 'first_wins', 'latest_wins', 'manual'] as const;

/** `candidate.firstName`: words in camel case, joined by dots. */
const name = z
  .string()
  .max(limits.identifierCharsMax)
  .regex(
    /^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)+$/,
    'must be two or more words joined by dots, such as screening.score',
  );
const eventType = z
  .string()
  .max(limits.identifierCharsMax)
  .regex(/^[a-z][a-z_]*\.[a-z][a-z_]*$/, 'must be two lower-case words joined by a dot, such as screening.completed');
const sentence = z.string().min(1).max(1_000);

const element = z.strictObject({
  description: sentence,
  type: z.enum(elementTypes),
  /** For a list: the type of its items. */
  of: z.enum(elementTypes).exclude(['list']).optional(),
  allowed: z
    .array(z.union([z.string().min(1), z.number()]))
    .min(1)
    .optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** Characters of a text, or of each text of a list. */
  maxLength: z.int().positive().max(limits.stringCharsMax).optional(),
  /** Items of a list. */
  maxItems: z.int().positive().max(1_000).optional(),
  /** Unit or scale, where the bare number would leave room for two readings. */
  unit: z.string().min(1).optional(),
  classification: z.enum(classifications),
  /** A class of `retention`, which says how long values are kept. */
  retention: z.string(),
  /** The kind of system whose word counts. */
  goldenSource: z.enum(systemKinds),
  /** What happens when another system says something else. */
  conflict: z.enum(conflictRules),
});

const retentionClass = z.strictObject({
  description: sentence,
  keep: z.string().refine((text) => durationMs(text) !== null, 'must be an ISO 8601 duration such as P730D'),
});

export const elementsDocument = z.strictObject({
  retention: z.record(z.string().regex(/^[a-z][a-z_]*$/), retentionClass),
  elements: z.record(name, element),
});

export const eventsDocument = z.strictObject({
  /** Elements that every event may carry: names, or all of a group as `requisition.*`. */
  always: z.array(z.string()),
  events: z.record(eventType, z.array(z.string())),
});

export type ElementDefinition = z.infer<typeof element> & { name: string };
export type RetentionClass = z.infer<typeof retentionClass>;
