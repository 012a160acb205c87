// Writebacks, their attempts and their lanes, as the API shows them and as people decide about them.
import { z } from '@hono/zod-openapi';
import { limits } from '../../core/limits.ts';
import { machineNames } from '../../core/machine/definition.ts';
import {
  connectionIdSchema,
  cursorSchema,
  idSchema,
  nextSchema,
  pageLimit,
  plainText,
  reasonSchema,
} from '../documented.ts';

export const attemptSchema = z
  .object({
    attempt: z.number().int(),
    outcome: z.string(),
    mode: z.string(),
    reason: z.string().nullable(),
    contradicted: z.boolean().describe('The target had said yes and showed the old value'),
    httpStatus: z.number().int().nullable(),
    precondition: z.string().nullable(),
    dispatchedAt: z.string(),
    settledAt: z.string(),
    tookMs: z.number().nullable().describe('As the worker reported it'),
  })
  .openapi('Attempt');

export const writebackSchema = z
  .object({
    id: z.string(),
    subject: z.string(),
    connection: z.string(),
    lane: z.number().int().describe('Its number in the lane of this subject and connection'),
    head: z.boolean().describe('Next of its lane'),
    held: z.string().nullable().describe('Why the lane is held; null when it is not'),
    version: z.number().int().describe("The subject's version that it shows"),
    machine: z.string(),
    eventType: z.string(),
    from: z.string(),
    to: z.string(),
    cause: z.string(),
    status: z.string(),
    mode: z.string(),
    overwrites: z
      .array(z.string())
      .describe(
        "States of somebody else's that it may overwrite; `*` for whatever is there, `unmapped` for a stage that stands for none",
      ),
    attempt: z.number().int(),
    contradictions: z.number().int(),
    dueAt: z.string().nullable(),
    occurredAt: z.string(),
    createdAt: z.string(),
    settledAt: z.string().nullable(),
    settledBy: z.string().nullable(),
    reason: z.string().nullable(),
    attempts: z.array(attemptSchema),
  })
  .openapi('Writeback');

export const writebackQuery = z
  .object({
    status: z.enum(['ready', 'leased', 'confirmed', 'dead', 'waived', 'superseded']).optional(),
    connection: connectionIdSchema.optional(),
    machine: z.enum(machineNames).optional(),
    eventType: plainText(100).optional(),
    reason: plainText(500).optional(),
    state: plainText(200).optional().describe('What it must show'),
    olderThanMs: z.coerce
      .number()
      .int()
      .min(0)
      .max(10 * 365 * 86_400_000)
      .optional()
      .describe('Made so long ago, or earlier'),
    after: cursorSchema,
    limit: pageLimit,
  })
  .strict();
export const writebackPage = z
  .object({ items: z.array(writebackSchema.omit({ attempts: true })), next: nextSchema })
  .openapi('WritebackPage');

const force = z.boolean().default(false).describe('Overwrite what the target shows, even if somebody else wrote it');
export const redriveRequest = z.object({ reason: reasonSchema, force }).strict().openapi('Redrive');
export const waiveRequest = z.object({ reason: reasonSchema }).strict().openapi('Waive');

const ids = z.array(idSchema('wrb')).min(1).max(limits.bulkSettleMax);
const filter = z
  .object({
    connection: connectionIdSchema.optional(),
    machine: z.enum(machineNames).optional(),
    eventType: plainText(100).optional(),
    reason: plainText(500).optional(),
    state: plainText(200).optional(),
  })
  .strict();
/** Either the ids or what the dead ones have in common. */
export const bulkRedriveRequest = z
  .object({ ids: ids.optional(), filter: filter.optional(), reason: reasonSchema, force })
  .strict()
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), 'needs either ids or filter')
  .openapi('BulkRedrive');
export const bulkWaiveRequest = z.object({ ids, reason: reasonSchema }).strict().openapi('BulkWaive');

const decided = z.object({
  id: z.string(),
  kind: z.string().describe('`done`, or why nothing was changed'),
  status: z.string().nullable(),
});
export const bulkResult = z
  .object({
    results: z.array(decided),
    done: z.number().int(),
    more: z.boolean().describe('The filter finds more: send the request again'),
  })
  .openapi('BulkDecision');

export const laneParams = z.object({ subject: idSchema('sub'), connection: connectionIdSchema });
export const laneSchema = z
  .object({
    subject: z.string(),
    connection: z.string(),
    held: z.string().nullable(),
    inFlight: z.boolean().describe('Something left before and is still under way'),
  })
  .openapi('Lane');
