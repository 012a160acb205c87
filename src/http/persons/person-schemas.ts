// Persons, their holds, erasures and exports, as the API shows them and as people decide about them.
import { z } from '@hono/zod-openapi';
import { legalBases } from '../../core/dictionary/legal-basis.ts';
import { limits } from '../../core/limits.ts';
import { idSchema, momentSchema, pageLimit, reasonSchema } from '../documented.ts';
import { timelineSchema } from '../reports/subject-schemas.ts';

const moment = z.string();

export const personParams = z.object({ id: idSchema('per') });

export const personSchema = z
  .object({
    id: z.string(),
    createdAt: moment,
    subjects: z.array(z.object({ id: z.string(), machine: z.string(), state: z.string(), ended: z.boolean() })),
    hold: z
      .object({ since: moment, until: moment.nullable(), reason: z.string() })
      .nullable()
      .describe('A legal hold that lasts'),
    erasure: z
      .object({
        at: moment.describe('From then on nothing could be read any more'),
        stores: z
          .record(z.string(), z.string())
          .describe('What is through beside the rows: `feed` and `heap`, with when'),
        endedAt: moment.nullable(),
      })
      .nullable(),
    linked: z
      .array(z.string())
      .describe('Persons who are the same human, as somebody decided: exported and erased together'),
    recipients: z
      .array(z.string())
      .describe('Connections that were written to about it: they hold copies of their own'),
  })
  .openapi('Person');

/** In a body: addresses end up in logs. */
export const findRequest = z
  .object({ email: z.string().min(3).max(254) })
  .strict()
  .openapi('FindPersons');
export const personList = z.object({ items: z.array(personSchema) }).openapi('Persons');

export const erasureRequest = z
  .object({
    basis: z.enum(legalBases).describe('GDPR Art. 17(1); `retention_over`: our own time is over'),
    reason: reasonSchema,
  })
  .strict()
  .openapi('Erasure');

const count = z.number().int();
export const erasureResult = z
  .object({
    person: personSchema,
    scope: z.object({
      subjects: count,
      events: count,
      values: count,
      waived: count.describe('Writebacks that were let go'),
      inFlight: count.describe('Of these, on their way: what the target did with them is not known'),
      parked: count.describe('Events that waited, and are refused now'),
      incidents: count,
      strangers: count.describe('Persons of events that came before anybody knew whose they were'),
    }),
    unsearched: z
      .boolean()
      .describe('Too many payloads are in quarantine to look through all of them: settle some and erase again'),
  })
  .openapi('ErasureResult');

export const holdRequest = z
  .object({ reason: reasonSchema, until: momentSchema.optional().describe('Absent: until somebody lifts it') })
  .strict()
  .openapi('Hold');
export const releaseQuery = z.object({ reason: reasonSchema }).strict();

export const exportSchema = z
  .object({
    person: personSchema,
    subjects: z.array(timelineSchema),
    events: z.array(
      z.object({
        id: z.string(),
        source: z.string(),
        sourceId: z.string(),
        machine: z.string(),
        claim: z.string().nullable(),
        subject: z.string().nullable(),
        disposition: z.string(),
        code: z.string().nullable(),
        detail: z.record(z.string(), z.unknown()).nullable(),
        occurredAt: moment,
        receivedAt: moment,
        payload: z.unknown().describe('Null once erased'),
      }),
    ),
    acts: z
      .array(
        z.object({
          at: moment,
          actor: z.string(),
          action: z.string(),
          object: z.string(),
          detail: z.record(z.string(), z.unknown()),
        }),
      )
      .describe('Who did and read what about the person, the newest first'),
    truncated: z.boolean().describe('Something was left out, because there was too much of it'),
  })
  .openapi('PersonExport');

export const dueQuery = z.object({ limit: pageLimit }).strict();
export const dueList = z
  .object({
    items: z.array(z.object({ id: z.string(), since: moment, dueAt: moment })),
    more: z.boolean().describe(`There are more than were asked for; at most ${limits.pageRowsMax} at once`),
  })
  .openapi('DuePersons');
