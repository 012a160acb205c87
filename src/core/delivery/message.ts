// What travels over the bus. No personal data: a worker fetches what it needs by the ids in here.
import { z } from 'zod';
import { keepable, outcomeSchema } from './outcome.ts';

const connection = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Do, look at, or probe something at one connection. `id` is a writeback's, or for a probe an event's or a reading's. */
export const commandSchema = z
  .object({
    id: keepable(40),
    attempt: z.number().int().positive(),
    connection,
    /** `apply`: bring the target to the state. `confirm`: only read. `probe`: read what the vendor shows, for a parked event or by turns. */
    mode: z.enum(['apply', 'confirm', 'probe']),
    /** Do nothing if this long has passed since receipt, in ms. */
    ttlMs: z.number().int().positive(),
  })
  .strict();
export type Command = z.infer<typeof commandSchema>;

/**
 * What a target was read to show. `seen`: the state its stage stands for; null when it stands for none. `states`: all that it
 * stands for, where they are several. `stage`: the vendor's name of it; null when the target has no such thing.
 */
const showsSchema = z
  .object({
    kind: z.literal('shows'),
    seen: keepable(200).nullable(),
    states: z.array(keepable(200)).max(20).optional(),
    stage: keepable(200).nullable().optional(),
  })
  .strict();
export type Shows = z.infer<typeof showsSchema>;

/** What came of one command. */
export const resultSchema = z
  .object({
    id: keepable(40),
    attempt: z.number().int().positive(),
    connection,
    mode: z.enum(['apply', 'confirm', 'probe']),
    outcome: z.union([outcomeSchema, showsSchema]),
    /** As the worker reports them; stored, never subtracted from our clock. */
    reported: z
      .object({
        httpStatus: z.number().int().min(100).max(999).optional(),
        precondition: keepable(40).optional(),
        tookMs: z.number().nonnegative(),
      })
      .strict(),
  })
  .strict();
export type Result = z.infer<typeof resultSchema>;

/** A CloudEvent of the public feed: a fact about a subject, without personal data. */
export const feedEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z.literal('application/json'),
  data: z.union([
    z.object({
      machine: z.string(),
      machineVersion: z.number().int(),
      version: z.number().int(),
      from: z.string(),
      to: z.string(),
    }),
    /** The person behind the subject was erased. */
    z.object({ machine: z.string(), erased: z.literal(true) }),
  ]),
});
export type FeedEvent = z.infer<typeof feedEventSchema>;

/** Message ids: the attempt belongs in them, or a broker's dedupe would swallow real retries. */
export const commandId = (command: Command): string => `${command.id}.${command.attempt}.${command.mode}`;
export const resultId = (result: Result): string => `${result.id}.${result.attempt}.${result.outcome.kind}`;
