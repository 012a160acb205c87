// What workers outside are told, on the wire.
import { z } from '@hono/zod-openapi';

export const setupSchema = z
  .object({
    contract: z.number().int().describe('The version of the worker contract that is spoken'),
    connection: z.string(),
    adapter: z.string(),
    settings: z.record(z.string(), z.unknown()).describe('The mapping among them; never a secret'),
    concurrency: z
      .number()
      .int()
      .describe('Commands that may be worked on at once, over all workers of the connection'),
    rate: z
      .object({ requests: z.number(), perMs: z.number() })
      .nullable()
      .describe('Requests that the vendor allows, over all workers of the connection; null: no limit is known'),
    stream: z.string(),
    consumer: z.string(),
    resultSubject: z.string().describe('Results go to this, a full stop, and the kind of their outcome'),
    inboxPrefix: z.string().describe('The only subjects that the worker may listen on'),
    ackWaitMs: z.number().int().describe('A command without a sign of life for so long is delivered again'),
    leaseMs: z.number().int().describe('An attempt without a result for so long is lost, and another one is made'),
  })
  .openapi('WorkerSetup');

export const workSchema = z
  .object({
    writeback: z.string(),
    attempt: z.number().int(),
    machine: z.string(),
    ref: z.string().nullable().describe("The target's id of the subject; null when it does not know it yet"),
    eventType: z.string(),
    targetState: z.string().describe('What the target must show'),
    previousState: z.string().nullable().describe('What it last confirmed'),
    expectedStates: z.array(z.string()).readonly().describe('States that writing over loses nobody a change'),
    lastWritten: z
      .object({ state: z.string(), sinceMs: z.number() })
      .nullable()
      .describe(
        'Our last write here before this one; so soon after it, a reading may still show what was there before',
      ),
    occurredAt: z.string(),
    overwrites: z
      .array(z.string())
      .describe(
        "States of somebody else's that may be written over; `*`: anything; `unmapped`: what has no state of ours",
      ),
    elements: z.record(z.string(), z.unknown()).describe('Personal data: keep none of it'),
    subject: z.string(),
    version: z.number().int().describe('With `subject`, an idempotency key for vendors that take one'),
  })
  .openapi('Work');

export const probeSchema = z
  .object({ event: z.string(), ref: z.string().describe('Read what the target shows for this id of its own') })
  .openapi('Probe');
