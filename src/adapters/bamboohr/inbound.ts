// BambooHR's webhooks: HMAC over the raw body followed by the timestamp, and two shapes of body.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import type { InboundRequest, Secrets, TranslateContext, Translation, Verdict } from '../port.ts';
import { missingSignature, sha256FromHex, verifySha256 } from '../signatures.ts';
import { looksLikeApplication, translateApplication } from './inbound-application.ts';
import { looksLikeJob, translateJob } from './jobs.ts';
import type { BambooHrSettings } from './settings.ts';

const signatureHeader = 'x-bamboohr-signature';
const timestampHeader = 'x-bamboohr-timestamp';

/** Checks `X-BambooHR-Signature` (hex HMAC-SHA256) and that `X-BambooHR-Timestamp` is within five minutes of receipt. */
export function verifyWebhook(request: InboundRequest, secrets: readonly Secrets[]): Verdict {
  const signature = request.headers[signatureHeader];
  const timestamp = request.headers[timestampHeader];
  if (!signature) return missingSignature(signatureHeader);
  if (!timestamp) return missingSignature(timestampHeader);
  const given = sha256FromHex(signature);
  const verdict = verifySha256(given, signatureHeader, secrets, 'webhookPrivateKey', request.body, timestamp);
  if (!verdict.ok) return verdict;
  const sentAt = millisecondsOf(timestamp);
  if (sentAt !== null && Math.abs(request.receivedAt - sentAt) <= limits.webhookToleranceMs) return verdict;
  const detail = `${timestampHeader} lies more than five minutes from receipt; check the clocks of both sides.`;
  return { ok: false, code: 'stale_timestamp', detail };
}

const eventSchema = z.object({
  type: z.enum([
    'employee.created',
    'employee.updated',
    'employee.deleted',
    'company.updated',
    'company.deleted',
    'company-integrations.updated',
  ]),
  timestamp: z.string().max(40).optional(),
  data: z.looseObject({
    employeeId: z.union([z.string(), z.number()]).transform(String).optional(),
    changedFields: z.array(z.string()).optional(),
  }),
});
const listSchema = z.object({
  employees: z
    .array(
      z.looseObject({
        id: z.union([z.string(), z.number()]).transform(String),
        timestamp: z.string().max(40).optional(),
        changedFields: z.array(z.string()).default([]),
        fields: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .max(limits.eventsPerRequestMax),
});
type ListedChange = z.infer<typeof listSchema>['employees'][number];

/** Employee changes are ignored with a reason, unless onboarding is tracked and the new status came along. */
export function translateWebhook(payload: unknown, context: TranslateContext<BambooHrSettings>): Translation[] {
  if (looksLikeJob(payload)) return translateJob(payload, context);
  if (looksLikeApplication(payload)) return translateApplication(payload, context);
  const event = eventSchema.safeParse(payload);
  if (event.success) return [{ kind: 'ignored', reason: reasonFor(event.data, context.settings) }];
  const list = listSchema.safeParse(payload);
  if (list.success && list.data.employees.length === 0) return [{ kind: 'ignored', reason: 'no_employees' }];
  if (list.success) return list.data.employees.flatMap((change) => translateChange(change, context));
  const detail = 'Neither {type, timestamp, data} nor {employees}: set the webhook to JSON with employee events';
  return [
    {
      kind: 'quarantined',
      externalId: `body:${fingerprint(payload).slice(0, 32)}`,
      reason: 'body_not_understood',
      detail,
    },
  ];
}

function reasonFor(event: z.infer<typeof eventSchema>, settings: BambooHrSettings): string {
  const changed = event.type === 'employee.updated' && (event.data.changedFields ?? []).includes(settings.statusField);
  // The newer events name the changed fields without their values, and a translation may not go and read.
  return settings.trackOnboarding && changed ? 'status_value_not_sent' : event.type.replace(/[^a-z]/g, '_');
}

/** One change may say two things: that the start date is another, and that the new hire has started. */
function translateChange(change: ListedChange, context: TranslateContext<BambooHrSettings>): Translation[] {
  const started = translateStatus(change, context);
  const moved = translateStart(change, context);
  return moved && started.kind === 'ignored' ? [moved] : moved ? [moved, started] : [started];
}

/** Of whoever carries our key: of all others, Interlock has never heard. */
function translateStart(change: ListedChange, context: TranslateContext<BambooHrSettings>): Translation | null {
  const { settings } = context;
  if (!settings.trackOnboarding || !change.changedFields.includes('hireDate')) return null;
  if (sentValue(change.fields[settings.keyField]) === null) return null;
  const { data } = readFields(context.mapping, 'employee_start', change);
  if (data['offer.startDate'] === undefined) return null;
  const sentAt = sentAtOf(change, context);
  return {
    kind: 'event',
    externalId: `employee:${change.id}:start:${sentAt}:${fingerprint(change).slice(0, 16)}`,
    machine: 'application',
    ref: change.id,
    claim: { kind: 'event', type: 'offer.amended' },
    occurredAt: new Date(sentAt).toISOString(),
    data,
  };
}

const sentAtOf = (change: ListedChange, { headers, receivedAt }: TranslateContext<BambooHrSettings>): number =>
  millisecondsOf(change.timestamp ?? headers[timestampHeader] ?? '') ?? receivedAt;

function translateStatus(change: ListedChange, context: TranslateContext<BambooHrSettings>): Translation {
  const { settings } = context;
  if (!settings.trackOnboarding) return { kind: 'ignored', reason: 'employee_changed' };
  if (!change.changedFields.includes(settings.statusField)) return { kind: 'ignored', reason: 'status_unchanged' };
  const status = sentValue(change.fields[settings.statusField]);
  if (status === null) return { kind: 'ignored', reason: 'status_value_not_sent' };
  if (status !== settings.activeStatus) return { kind: 'ignored', reason: 'status_not_tracked' };
  const read = readFields(context.mapping, 'employee_change', change);
  // Which field holds the status is a setting, so the mapping does not name it.
  const unknown = read.unknown.filter((pointer) => !pointer.startsWith(`/fields/${settings.statusField}`));
  const sentAt = sentAtOf(change, context);
  return {
    kind: 'event',
    externalId: `employee:${change.id}:status:${sentAt}:${fingerprint(change).slice(0, 16)}`,
    machine: 'onboarding',
    ref: change.id,
    claim: { kind: 'event', type: 'employee.started' },
    occurredAt: new Date(sentAt).toISOString(),
    data: { 'onboarding.employeeNumber': change.id, ...read.data },
    ...keptOut({ ...read, unknown }),
  };
}

/** Older bodies hold a field as text, or as `{value}`. */
function sentValue(field: unknown): string | null {
  const value = typeof field === 'object' && field !== null && 'value' in field ? field.value : field;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Seconds or milliseconds since 1970, or an ISO date. */
function millisecondsOf(text: string): number | null {
  if (/^\d{1,15}$/.test(text)) return Number(text) < 100_000_000_000 ? Number(text) * 1000 : Number(text);
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}
