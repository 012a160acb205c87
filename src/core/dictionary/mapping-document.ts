// The strict shape of dictionary/systems/*.yaml and dictionary/regions/*.yaml.
import { z } from 'zod';
import { tokensOf } from '../json-pointer.ts';
import { machineNames, systemKinds } from '../machine/definition.ts';
import { codecNames } from './codecs/index.ts';
import { elementName, sentence } from './document.ts';

export const systemName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');
const pointer = z
  .string()
  .max(300)
  .refine((text) => tokensOf(text) !== null, 'must be a JSON Pointer (RFC 6901), such as /candidate/first_name');
/** A pointer in which `*` may stand for any one token; everything below it is meant too. */
const pattern = pointer;
const directions = ['reads', 'writes', 'both'] as const;
export type Direction = (typeof directions)[number];

const field = z
  .strictObject({
    element: elementName.optional(),
    /** For a codec that speaks of several elements at once: part to element. */
    parts: z.record(z.string(), elementName).optional(),
    /** Where it stands. Of several the first that holds something is read, and the first is written. */
    at: z.union([pointer, z.array(pointer).min(1).max(10)]),
    codec: z.enum(codecNames).optional(),
    with: z.record(z.string(), z.unknown()).optional(),
    direction: z.enum(directions).optional(),
  })
  .refine(
    ({ element, parts }) => (element === undefined) !== (parts === undefined),
    'names one element, or the parts of several',
  );

const object = z.strictObject({
  description: sentence,
  direction: z.enum(directions),
  fields: z.array(field).max(200),
  /** Values that the vendor never sends because they are always the same; `with`: only where another element came along. */
  constants: z
    .record(
      elementName,
      z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]), with: elementName.optional() }),
    )
    .default({}),
  /** What the adapter itself reads: ids, stages, times. */
  used: z.array(pattern).max(200).default([]),
  /** What is known and left where it is. */
  ignored: z.array(pattern).max(500).default([]),
});

export const systemDocument = z.strictObject({
  /** The adapter's name; also the file's. */
  system: systemName,
  title: sentence,
  kind: z.enum(systemKinds),
  /** Who answers for this mapping: a role, not a person. */
  owner: z.string().min(1).max(100),
  /** What the mapping was checked against, and what only a tenant can show. */
  verified: sentence,
  /** False for a mapping that waits for its adapter. */
  adapter: z.boolean(),
  /** Everything that may ever be sent there, and what for: nothing else is handed over. */
  receives: z
    .array(z.strictObject({ elements: z.array(z.string()).min(1).max(100), purpose: sentence }))
    .max(50)
    .default([]),
  stages: z.strictObject({
    description: sentence,
    /** How a connection's setting `stages` reads: our state to the vendor's stage, the stage to our state, or there is none. */
    settings: z.enum(['by_state', 'by_stage', 'none']),
    /** Our state or region to the vendor's stage, wherever a connection's settings say nothing else of that state. */
    map: z.record(z.string().max(200), z.string().trim().min(1).max(255)).default({}),
  }),
  objects: z.record(z.string().regex(/^[a-z][a-z_]*$/), object).default({}),
});

const regionalState = z.strictObject({
  title: z.string().min(1).max(200),
  description: sentence,
  machine: z.enum(machineNames).default('application'),
  /** The one canonical state it is, to everybody else. */
  means: z.string({ error: 'must name exactly one canonical state' }).max(200),
  /** System to the stage that shows it there. */
  stages: z.record(systemName, z.string().trim().min(1).max(255)).default({}),
});

export const regionDocument = z.strictObject({
  /** As `requisition.region` and the scope of a connection name it. */
  region: z.string().regex(/^[A-Z][A-Z0-9-]{1,19}$/, 'must be capitals, digits and hyphens, such as DE or US-NYC'),
  title: sentence,
  owner: z.string().min(1).max(100),
  /** Why this region differs: the law or the agreement. */
  reason: sentence,
  states: z
    .record(
      z.string().regex(/^[a-z][a-z_]*(\.[a-z][a-z_]*)*$/, 'must be lower-case words joined by dots'),
      regionalState,
    )
    .default({}),
  /** Elements that leave Interlock for no system, or only for those that are named. */
  withholds: z
    .array(
      z.strictObject({
        elements: z.array(z.string()).min(1).max(100),
        except: z.array(systemName).max(50).default([]),
        reason: sentence,
      }),
    )
    .max(50)
    .default([]),
});

export type SystemDocument = z.infer<typeof systemDocument>;
export type RegionDocument = z.infer<typeof regionDocument>;
export type FieldEntry = z.infer<typeof field>;
