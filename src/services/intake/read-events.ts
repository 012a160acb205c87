// Reads what an API client posts into an intake; says exactly what is wrong with what is not one.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import type { Intake } from '../../core/deciding/intake.ts';
import { type FieldError, fieldErrors } from '../../core/field-errors.ts';
import { limits } from '../../core/limits.ts';
import { type MachineName, machineNames, type SystemKind } from '../../core/machine/definition.ts';
import type { Context } from '../context.ts';

/** Headers of a CloudEvent are no JSON, so what no database keeps may still be in here. */
const identifier = z
  .string()
  .min(1)
  .max(limits.identifierCharsMax)
  .regex(/^[^\0\p{Surrogate}]+$/u, 'holds U+0000 or half of a surrogate pair');
const name = z.object({ system: identifier, ref: identifier }).strict();

/** One event as a client posts it. */
export const postedEventSchema = z
  .object({
    id: identifier.describe('Your id of this event; the same id again is the same event, for ever'),
    type: identifier.describe('What happened, such as `screening.completed`'),
    subject: z
      .union([
        z.object({ id: z.string().regex(/^sub_[0-9a-z]{26}$/, 'must be a subject id (sub_…)') }).strict(),
        name.extend({ machine: z.enum(machineNames).optional() }).strict(),
      ])
      .describe('The application (or requisition, or onboarding): our id, or the id that a system has for it'),
    occurredAt: z.iso
      .datetime({ offset: true })
      .refine((text) => !(Date.parse(text) < 0), 'lies before 1970')
      .describe('When it happened, ISO 8601'),
    data: z.record(z.string(), z.unknown()).default({}).describe('Elements by their dictionary names'),
    alsoKnownAs: z.array(name).max(10).default([]).describe('What other systems call the same subject'),
    requisition: name.optional().describe('The requisition that an application belongs to'),
    machineVersion: z.number().int().positive().optional().describe('Refuse unless the subject runs this version'),
  })
  .strict();

export type PostedEvent = z.infer<typeof postedEventSchema>;

export interface Sender {
  id: string;
  kind: SystemKind;
}

export type ReadEvent = { ok: true; intake: Intake } | { ok: false; code: string; problems: FieldError[] };

/** Checks one posted event against schema, clock and dictionary. Nothing is recorded for one that fails: the sender still has it. */
export function readEvent(context: Context, sender: Sender, posted: unknown): ReadEvent {
  const parsed = postedEventSchema.safeParse(posted);
  if (!parsed.success) return { ok: false, code: 'invalid_event', problems: fieldErrors(parsed.error) };
  const event = parsed.data;
  const now = context.now();
  if (Date.parse(event.occurredAt) > now + limits.futureToleranceMs) {
    return fail(
      'future_occurred_at',
      '/occurredAt',
      `lies more than ${limits.futureToleranceMs / 60_000} minutes ahead of our clock (${new Date(now).toISOString()})`,
    );
  }
  const machine = machineOf(context, event);
  if (event.machineVersion !== undefined && !context.machines.has(machine, event.machineVersion)) {
    return fail(
      'unknown_machine_version',
      '/machineVersion',
      `${machine} has no released version ${event.machineVersion}; released: ${context.machines.versions(machine).join(', ')}`,
    );
  }
  const checked = context.dictionary.validate(event.type, event.data);
  if (!checked.ok) {
    const problems = checked.problems.map((problem) => ({ ...problem, pointer: `/data${problem.pointer}` }));
    return { ok: false, code: problems[0]?.code ?? 'invalid_event', problems };
  }
  return { ok: true, intake: toIntake(sender, event, machine, checked.values, now) };
}

const fail = (code: string, pointer: string, detail: string): ReadEvent => ({
  ok: false,
  code,
  problems: [{ pointer, code, detail }],
});

/** The machine the sender named, else the one that knows the event, else applications: most events are about them. */
function machineOf(context: Context, event: PostedEvent): MachineName {
  if ('machine' in event.subject && event.subject.machine) return event.subject.machine;
  return machineNames.find((one) => context.machines.latest(one).events.has(event.type)) ?? 'application';
}

function toIntake(
  sender: Sender,
  event: PostedEvent,
  machine: MachineName,
  data: Record<string, unknown>,
  now: number,
): Intake {
  return {
    source: `client:${sender.id}`,
    connection: null,
    by: sender.kind,
    externalId: event.id,
    fingerprint: fingerprint({ ...event, id: undefined }),
    machine,
    claim: { kind: 'event', type: event.type },
    subject:
      'id' in event.subject
        ? { kind: 'id', id: event.subject.id }
        : { kind: 'ref', system: event.subject.system, ref: event.subject.ref },
    alsoKnownAs: event.alsoKnownAs,
    requisition: event.requisition ?? null,
    machineVersion: event.machineVersion ?? null,
    occurredAt: new Date(event.occurredAt).toISOString(),
    receivedAt: new Date(now).toISOString(),
    data,
  };
}
