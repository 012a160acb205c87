// What the reports answer: figures, what is stuck, and where systems disagree.
import { z } from '@hono/zod-openapi';
import { disagreementCauses } from '../../core/deciding/disagreement.ts';
import { limits } from '../../core/limits.ts';
import { machineNames } from '../../core/machine/definition.ts';
import { stuckCauses } from '../../store/reports/stuck-sources.ts';
import { connectionIdSchema, cursorSchema, momentSchema, nextSchema, pageLimit, plainText } from '../documented.ts';

const groups = ['transition', 'connection', 'day'] as const;

export const kpiQuery = z
  .object({
    from: momentSchema.optional().describe('Widened to a full hour; default: seven days before `to`'),
    to: momentSchema.optional().describe('Widened to a full hour; default: now. At most 92 days after `from`'),
    group: z
      .string()
      .default('transition,connection')
      .refine(
        (text) => text.split(',').every((one) => (groups as readonly string[]).includes(one)),
        `names one or more of ${groups.join(', ')}, separated by commas`,
      )
      .describe('What to split by: transition (machine and event type), connection, day (UTC)'),
  })
  .strict();

/** Each group once, in the order given. */
export const groupsOf = (text: string): (typeof groups)[number][] => [
  ...new Set(text.split(',') as (typeof groups)[number][]),
];

const count = z.number().int();
const rate = z.number().min(0).max(1).nullable();
const latency = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() });

const figures = z.object({
  writebacks: count,
  origin: count,
  confirmed: count,
  dead: count,
  waived: count,
  superseded: count,
  open: count,
  attempts: count,
  contradicted: count,
  confirmedRate: rate,
  firstTryRate: rate,
  latencyFromAcceptedMs: latency,
  latencyFromOccurredMs: latency,
});

const agreementFigures = z.object({
  connection: z.string(),
  pairs: count.describe('Subjects that the system has to show: the open ones, and those ended that it shows otherwise'),
  agreeing: count,
  open: count.describe('Subjects that it shows otherwise, or not yet'),
  share: rate.describe('Agreeing, of all pairs; null where there are none'),
  causes: z.partialRecord(z.enum(disagreementCauses), count),
  countedAt: z
    .string()
    .describe(
      `This moment; of more than ${limits.agreementPairsAtOnceMax.toLocaleString('en-GB')} pairs that of the last count, some minutes ago at most`,
    ),
});

export const kpiReport = z
  .object({
    window: z.object({ from: z.string(), to: z.string() }),
    group: z.array(z.enum(groups)),
    rows: z.array(
      z
        .object({
          machine: z.string().nullable(),
          eventType: z.string().nullable(),
          connection: z.string().nullable(),
          day: z.string().nullable(),
        })
        .extend(figures.shape),
    ),
    totals: figures,
    hires: count,
    fieldConflicts: count,
    fieldConflictsPerHire: z.number().nullable(),
    missingElements: z.array(
      z.object({ source: z.string(), region: z.string().nullable(), element: z.string(), events: count }),
    ),
    dispositions: z.object({
      received: count,
      applied: count,
      duplicate: count,
      echo: count,
      stale: count,
      refused: count,
      quarantined: count,
      parked: count,
    }),
    agreement: z.array(agreementFigures),
    definitions: z.record(z.string(), z.string()).describe('What each figure means'),
  })
  .openapi('KpiReport');

const ageMinutes = z.coerce.number().int().min(0).max(5_256_000).optional();

export const stuckQuery = z
  .object({
    cause: z.enum(stuckCauses).optional(),
    machine: z.enum(machineNames).optional(),
    owner: plainText(100).optional().describe('Whose turn it is, as the machine names it: `Recruiter`'),
    connection: connectionIdSchema.optional(),
    state: plainText(200).optional().describe('A state, or a region with all its states: `active.screening`'),
    region: plainText(100).optional(),
    businessUnit: plainText(100).optional().describe('The requisition’s'),
    ageMinutes: ageMinutes.describe('Only what has been stuck for as many minutes'),
    after: cursorSchema,
    limit: pageLimit,
  })
  .strict();

export const stuckPage = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        cause: z.enum(stuckCauses),
        code: z.string(),
        detail: z.string(),
        subject: z.string().nullable(),
        machine: z.string().nullable(),
        state: z.string().nullable(),
        region: z.string().nullable(),
        businessUnit: z.string().nullable(),
        owner: z.string(),
        since: z.string(),
        ageMs: z.number(),
        connection: z.string().nullable(),
        writeback: z.string().nullable(),
        incident: z.string().nullable(),
        event: z.string().nullable(),
        behind: count.describe('Writebacks that wait behind this one in its lane'),
        sla: z.object({ duration: z.string(), dueAt: z.string() }).nullable(),
      }),
    ),
    next: nextSchema,
    totals: z.object({
      late_against_sla: count,
      write_unconfirmed: count,
      systems_disagree: count,
      event_missing: count,
      incident_open: count,
    }),
    owners: z
      .array(z.object({ owner: z.string(), count }))
      .describe('How much waits for whom under the same filter, whatever owner it names'),
  })
  .openapi('StuckPage');

export const agreementQuery = z
  .object({
    connection: connectionIdSchema.optional(),
    machine: z.enum(machineNames).optional(),
    cause: z.enum(disagreementCauses).optional(),
    ageMinutes: ageMinutes.describe('Only what has been so for as many minutes'),
    after: cursorSchema,
    limit: pageLimit,
  })
  .strict();

export const agreementPage = z
  .object({
    items: z.array(
      z.object({
        id: z.string().describe('Of the writeback, the incident or the reading that says so'),
        cause: z.enum(disagreementCauses),
        detail: z.string(),
        subject: z.string(),
        machine: z.string(),
        canonical: z.string().describe('Where the subject stands'),
        connection: z.string(),
        shows: z
          .string()
          .nullable()
          .describe(
            'The states that what it showed last stands for, with ` | ` between; null when it stands for none, or nothing is known',
          ),
        stage: z.string().nullable().describe('The vendor’s name of it, where it was read'),
        shownAt: z.string().nullable(),
        how: z.enum(['reading', 'confirmation', 'echo', 'event']).nullable().describe('How we know'),
        rule: z.string().nullable().describe('`revert`: our state is written back; `hold`: a person decides'),
        owner: z.string().describe('Whose turn it is'),
        since: z.string(),
        ageMs: z.number(),
        writeback: z.string().nullable(),
        incident: z.string().nullable(),
      }),
    ),
    next: nextSchema,
    totals: z.array(agreementFigures).describe('Every connection, whatever the filter'),
  })
  .openapi('AgreementPage');
