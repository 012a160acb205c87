// What connections look like on the wire; requests and responses apart.
import { z } from '@hono/zod-openapi';
import { machineNames } from '../../core/machine/definition.ts';
import {
  connectionNameSchema,
  directionSchema,
  paceSchema,
  scopeSchema,
  workerSchema,
} from '../../services/connections/connection-terms.ts';
import { reasonSchema } from '../documented.ts';

export const connectionSchema = z
  .object({
    id: z.string(),
    adapter: z.string(),
    kind: z.string(),
    status: z.string(),
    settings: z.record(z.string(), z.unknown()),
    scope: z.object({
      machines: z.array(z.enum(machineNames)).optional(),
      regions: z.array(z.string()).optional(),
      businessUnits: z.array(z.string()).optional(),
      requisitionTypes: z.array(z.string()).optional(),
    }),
    concurrency: z.number().int().describe('Writebacks on their way at once'),
    rate: z
      .object({ requests: z.number(), perMs: z.number() })
      .nullable()
      .describe('Requests that the vendor allows; null: no limit is known'),
    sweepShare: z.number().describe('The share of that which may go into reading what the system shows'),
    worker: workerSchema,
    direction: directionSchema,
    webhookUrl: z.string(),
    secrets: z.array(z.string()).describe('Names of the secrets that are set'),
    rotating: z.boolean().describe('Next secrets are accepted beside the current ones'),
    circuit: z.string(),
    circuitReason: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .openapi('Connection');

export const newConnection = z
  .object({
    id: connectionNameSchema,
    adapter: z.string(),
    settings: z.record(z.string(), z.unknown()).default({}),
    scope: scopeSchema.default({}),
    pace: paceSchema.default({}),
    worker: workerSchema.default('interlock'),
    direction: directionSchema.default('both'),
    secrets: z.record(z.string(), z.string()).default({}),
  })
  .strict()
  .openapi('NewConnection');

export const connectionChange = z
  .object({
    settings: z.record(z.string(), z.unknown()).optional(),
    scope: scopeSchema.optional(),
    pace: paceSchema.optional(),
    worker: workerSchema.optional(),
    direction: directionSchema.optional(),
    status: z.enum(['active', 'paused', 'removed']).optional(),
  })
  .strict()
  .openapi('ConnectionChange');

export const rotation = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('next'), secrets: z.record(z.string(), z.string()) }).strict(),
    z.object({ kind: z.literal('promote') }).strict(),
    z.object({ kind: z.literal('drop') }).strict(),
  ])
  .openapi('SecretRotation');

export const circuitClosing = z.object({ reason: reasonSchema }).strict().openapi('CircuitClosing');
