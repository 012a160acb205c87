// The strict shape of what the dictionary says of elements and events, as written in elements.yaml and events.yaml.
import { z } from 'zod';
import { durationMs } from '../duration.ts';
import { limits } from '../limits.ts';
import { systemKinds } from '../machine/definition.ts';

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
/** On what ground a value is processed: GDPR Art. 6(1); `none` for what says nothing about a person. */
export const processingGrounds = [
  'consent',
  'contract',
  'legal_obligation',
  'vital_interests',
  'public_task',
  'legitimate_interests',
  'none',
] as const;

/** `candidate.firstName`: words in camel case, joined by dots. */
export const elementName = z
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
export const sentence = z.string().min(1).max(1_000);

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
  /** Who answers for its meaning: a role, not a person. */
  owner: z.string().min(1).max(100),
  legalBasis: z.enum(processingGrounds),
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
  elements: z.record(elementName, element),
});

export const eventsDocument = z.strictObject({
  /** Elements that every event may carry: names, or all of a group as `requisition.*`. */
  always: z.array(z.string()),
  events: z.record(
    eventType,
    z.strictObject({
      /** Without these the event moves nothing; the transitions in machines/ say the same. */
      required: z.array(z.string()).default([]),
      /** Names, or all of a group as `requisition.*`. */
      optional: z.array(z.string()).default([]),
    }),
  ),
});

export type ElementDefinition = z.infer<typeof element> & { name: string };
export type RetentionClass = z.infer<typeof retentionClass>;
