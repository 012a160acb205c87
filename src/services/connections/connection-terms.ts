// What may be asked of a connection beside its adapter's settings: its name, what it gets, how fast, and who works for it.
import { z } from 'zod';
import { machineNames } from '../../core/machine/definition.ts';

const names = z.array(z.string().min(1).max(100)).min(1);
export const scopeSchema = z
  .object({
    machines: z.array(z.enum(machineNames)).min(1).optional(),
    regions: names.optional(),
    businessUnits: names.optional(),
    requisitionTypes: names.optional(),
  })
  .strict()
  .describe('What the connection gets; an absent list means all');

export const paceSchema = z
  .object({
    concurrency: z.number().int().min(1).max(64).optional().describe('Writebacks on their way at once'),
    requests: z.number().int().min(1).optional().describe('At most so many requests …'),
    perMs: z.number().int().min(1).optional().describe('… in every so many milliseconds'),
    sweepShare: z
      .number()
      .min(0)
      .max(0.5)
      .optional()
      .describe('The share of that which may go into reading what the system shows; 0 turns it off, 0.1 if absent'),
  })
  .strict()
  .refine((pace) => (pace.requests === undefined) === (pace.perMs === undefined), 'requests and perMs go together')
  .describe('What the vendor allows this account, where it differs from what the adapter knows');

export const workerSchema = z
  .enum(['interlock', 'outside'])
  .describe(
    'Who carries commands out: `interlock`, our worker processes; `outside`, a worker of your own on NATS, which keeps its vendor credentials to itself',
  );

export const directionSchema = z
  .enum(['both', 'in', 'out'])
  .describe(
    'One-way connections: `in`, nothing is ever written there; `out`, it only observes, and nothing that it says is taken for a cause',
  );

export const connectionNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');
