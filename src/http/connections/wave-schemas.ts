// Requests and answers of /v1/waves.
import { z } from '@hono/zod-openapi';
import { type GateName, gateDefaults, phases } from '../../core/deciding/gates.ts';
import { connectionIdSchema, plainText, reasonSchema } from '../documented.ts';

const share = z.number().min(0).nullable();
const names = z.array(plainText(200)).min(1).max(200);
const pilot = z
  .object({ regions: names.optional(), businessUnits: names.optional(), requisitionTypes: names.optional() })
  .strict()
  .describe('Whom a pilot is about; an absent list means all');

const bounds = Object.keys(gateDefaults) as [GateName, ...GateName[]];

export const waveChange = z
  .object({
    to: z.enum(phases),
    pilot: pilot.optional(),
    gates: z
      .partialRecord(z.enum(bounds), z.number().nonnegative())
      .optional()
      .describe('Bounds that differ from the defaults; all of them at once'),
    catchUp: z.boolean().optional().describe('Reconciliation puts right what differs since it was watched'),
    override: z.object({ reason: reasonSchema }).strict().optional().describe('Move on although a gate is not passed'),
  })
  .strict();

export const reasonOnly = z.object({ reason: reasonSchema }).strict();

const gate = z.object({
  name: z.enum(['days', 'volume', 'matches', 'confirmed', 'p95', 'drift']),
  passed: z.boolean(),
  found: z.number().nullable(),
  demanded: z.number(),
  bound: z.enum(['at_least', 'at_most']),
});

export const waveSchema = z
  .object({
    connection: connectionIdSchema,
    phase: z.enum([...phases, 'paused']),
    within: z.enum(phases).describe('The phase that it is held in, else the same'),
    since: z.iso.datetime().nullable().describe('Null for a connection that was never in waves'),
    pilot,
    catchUp: z.boolean(),
    held: z.object({ at: z.iso.datetime(), gate: z.string(), detail: z.string() }).nullable(),
    figures: z.object({
      days: z.number(),
      volume: z.number(),
      matchShare: share,
      confirmedShare: share,
      p95Ms: share,
      driftShare: share,
    }),
    next: z.enum(phases).nullable(),
    gates: z.array(gate).describe('What stands before the next phase'),
    shadows: z
      .array(
        z.object({
          event: z.string(),
          target: z.string(),
          matches: z.number().int(),
          misses: z.number().int(),
          overtaken: z.number().int(),
          open: z.number().int(),
        }),
      )
      .describe('Per transition: what people did with what would have been written'),
  })
  .openapi('Wave');
