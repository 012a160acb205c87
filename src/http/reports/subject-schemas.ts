// A subject and its timeline, as the API shows them.
import { z } from '@hono/zod-openapi';
import { machineNames } from '../../core/machine/definition.ts';
import { idSchema, nextSchema, pageLimit, plainText } from '../documented.ts';
import { writebackSchema } from '../writebacks/writeback-schemas.ts';

const optional = z.string().nullable();
const detail = z.record(z.string(), z.unknown());

export const subjectSchema = z
  .object({
    id: z.string(),
    machine: z.string(),
    machineVersion: z.number().int(),
    version: z.number().int(),
    state: z.string(),
    since: z.string(),
    owner: optional.describe('Whose turn it is'),
    sla: optional.describe('ISO 8601 duration'),
    slaDueAt: optional,
    ended: z.boolean(),
    openedAt: z.string(),
    region: optional,
    businessUnit: optional,
    requisitionType: optional,
    parent: optional.describe("An application's requisition, an onboarding's application"),
    person: z.string().describe('Whom it is about: what is exported, held or erased goes by this id'),
    erased: z.boolean().describe("The person's data was erased; the log stays"),
    refs: z.array(z.object({ system: z.string(), ref: z.string() })),
  })
  .openapi('Subject');

const at = z.string().describe('ISO 8601 with microseconds; entries are in this order');
const entry = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('event'),
      at,
      id: z.string(),
      source: z.string(),
      by: z.string(),
      claimKind: z.string(),
      claim: optional,
      disposition: z.string(),
      code: optional,
      detail: detail.nullable(),
      version: z.number().int().nullable(),
      occurredAt: z.string(),
      settledAt: optional,
      parkedFor: optional,
      parkedUntil: optional,
    }),
    z.object({
      kind: z.literal('transition'),
      at,
      version: z.number().int(),
      event: z.string(),
      type: z.string(),
      from: z.string(),
      to: z.string(),
      machineVersion: z.number().int(),
      source: z.string(),
      by: z.string(),
      occurredAt: z.string(),
      hash: z.string().describe('SHA-256 of the chain, hex'),
    }),
    writebackSchema.extend({ kind: z.literal('writeback'), at }),
    z.object({
      kind: z.literal('echo'),
      at,
      connection: z.string(),
      writeback: z.string(),
      event: z.string(),
      value: z.string(),
    }),
    z
      .object({
        kind: z.literal('reading'),
        at,
        connection: z.string(),
        stage: optional.describe('The system’s own name of it'),
        states: z.array(z.string()).describe('Those of ours that it stands for'),
        missing: z.boolean(),
        trouble: optional,
        failure: optional,
      })
      .describe('The last time that the system was read'),
    z.object({
      kind: z.literal('incident'),
      at,
      id: z.string(),
      incident: z.string(),
      connection: optional,
      writeback: optional,
      event: optional,
      owner: z.string(),
      assignedTo: optional.describe('An account'),
      detail,
      settledAt: optional,
      settledBy: optional,
      resolution: optional,
    }),
    z
      .object({
        kind: z.literal('note'),
        at,
        incident: z.string(),
        connection: optional,
        actor: z.string(),
        body: optional.describe('Null once the person was erased'),
      })
      .describe('What somebody noted about an incident'),
    z
      .object({
        kind: z.literal('action'),
        at,
        actor: z.string(),
        action: z.string(),
        object: z.string(),
        connection: optional,
        detail,
      })
      .describe('What a person did; who only looked is in the audit log'),
    z
      .object({
        kind: z.literal('approval'),
        at,
        actor: z.string(),
        role: z.string(),
        version: z.number().int(),
        decision: z.string(),
      })
      .describe('A signature under a version of the machine that the subject ran'),
  ])
  .openapi('TimelineEntry');

export const timelineSchema = z
  .object({
    subject: subjectSchema,
    lanes: z.array(
      z.object({
        connection: z.string(),
        numbers: z.number().int(),
        settled: z.number().int(),
        held: optional,
        heldAt: optional,
      }),
    ),
    entries: z.array(entry),
    truncated: z.boolean().describe('There are older entries'),
    next: optional.describe('Send as `before` for the entries before these; null at the end'),
    values: z
      .array(
        z.object({
          element: z.string(),
          value: z.unknown(),
          source: z.string(),
          event: z.string(),
          version: z.number().int(),
          dictionaryVersion: z.number().int(),
          occurredAt: z.string(),
          writtenAt: z.string(),
        }),
      )
      .optional()
      .describe('With `include=values`: personal data, each with where it came from'),
  })
  .openapi('SubjectTimeline');

export const subjectQuery = z
  .object({
    system: plainText(100).optional().describe('With `ref`: the system that calls the subject so'),
    ref: plainText(200).optional(),
    machine: z.enum(machineNames).optional(),
    state: plainText(200).optional().describe('A state, or a region with all its states: `active.screening`'),
    after: idSchema('sub').optional().describe('`next` of the page before'),
    limit: pageLimit,
  })
  .strict()
  .refine((query) => (query.system === undefined) === (query.ref === undefined), {
    message: 'system and ref go together',
    path: ['ref'],
  })
  .refine((query) => query.system !== undefined || query.machine !== undefined, {
    message: 'name a machine to list its subjects, or a system and a ref to find one',
    path: ['machine'],
  });

export const subjectPage = z.object({ items: z.array(subjectSchema), next: nextSchema }).openapi('SubjectPage');

export const timelineParams = z.object({ id: idSchema('sub') });
export const timelineQuery = z
  .object({
    include: z.enum(['values']).optional().describe('Needs subjects:read-personal'),
    before: z.iso
      .datetime({ precision: 6 })
      .optional()
      .describe('`next` of an answer: only what happened before that moment'),
  })
  .strict();
