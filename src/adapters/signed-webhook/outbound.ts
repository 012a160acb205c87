// Posts one signed event per writeback and counts it only when the receiver shows the state: in its receipt, or when read.
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { elementChanged } from '../../core/dictionary/element-changed.ts';
import { outcomeOfWrite } from '../answers.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target } from '../apply.ts';
import type { VendorAnswer } from '../http.ts';
import type { Capabilities, Carried, Secrets, VendorContext, Work } from '../port.ts';
import { type Ids, readUrl, type SignedWebhookSettings } from './settings.ts';

type Context = VendorContext<SignedWebhookSettings>;
const precondition = 'idempotency_key';
/** What is seen is kept for ever: words that cannot be the name of a state may be anything, a person's name too. */
const state = z
  .string()
  .max(200)
  .transform((text) => (/^[\w.-]+$/.test(text) ? text : '(unknown)'))
  .nullable();
const receiptSchema = z.looseObject({ shows: state });
const stateSchema = z.looseObject({ state, version: z.number().int().optional() });

/** The version of the subject that the receiver says it has seen; null when it does not say. */
type Shown = number | null;

/** What an adapter adds to the `data` of the event. */
export type More = Readonly<Record<string, unknown>>;

/** Posts and looks. The same writeback has the same `webhook-id` at every attempt, so that a receiver can drop repetitions. */
export async function applyBySigning(
  work: Work,
  context: Context,
  capabilities: Capabilities,
  more: More = {},
): Promise<Carried> {
  const unable = whyUnable(work, context);
  if (unable) return { outcome: { kind: 'refused', reason: unable } };
  if (context.settings.confirm.mode === 'receipt')
    return byReceipt(await post(work, context, more), work, capabilities);
  return explained(await applyByReading(readTarget(work, context, false, more), work, capabilities));
}

/** With receipts there is nothing to look at later: a receiver that gave none is posted to again. */
export async function confirmBySigning(work: Work, context: Context): Promise<Carried> {
  const unable = whyUnable(work, context);
  if (unable) return { outcome: { kind: 'refused', reason: unable } };
  if (context.settings.confirm.mode === 'receipt') return { outcome: { kind: 'contradicted', seen: null } };
  return confirmByReading(readTarget(work, context, true));
}

/** What the receiver shows for `ids`; always missing where it proves by receipt. */
export async function readShown(ids: Ids, context: Context): Promise<ReadResult<Shown>> {
  const { confirm } = context.settings;
  const url = confirm.mode === 'read' ? readUrl(confirm.url, ids) : null;
  if (url === null) return { kind: 'missing' };
  const token = context.secrets.readToken;
  const headers = { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await context.http.request({ method: 'GET', url, headers }, context.signal);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const shown = answer.kind === 'answer' && answer.status === 200 ? stateSchema.safeParse(answer.json) : null;
  if (!shown?.success) return { kind: 'failed', answer };
  const { state, version } = shown.data;
  return { kind: 'shows', reading: { stage: state ?? '(none)', state, native: version ?? null } };
}

/** The body that is signed and sent. */
export function eventBody(work: Work, settings: SignedWebhookSettings, more: More = {}): string {
  const elements = Object.fromEntries(
    Object.entries(work.elements).filter(([name]) => settings.elements.includes(name)),
  );
  return JSON.stringify({
    type: `${work.machine}.${work.eventType}`,
    id: work.writeback,
    timestamp: work.occurredAt,
    data: {
      subject: work.subject,
      ref: work.ref,
      machine: work.machine,
      from: work.previousState,
      to: work.targetState,
      event: work.eventType,
      version: work.version,
      ...(settings.elements.length > 0 ? { elements } : {}),
      ...more,
    },
  });
}

/** The three headers, or null without a usable secret. While a secret is being changed both sign, so that the receiver may switch at any moment. */
export function signedHeaders(
  id: string,
  body: string,
  secrets: Secrets,
  now = Date.now(),
): Record<string, string> | null {
  const signers = signersOf(secrets);
  if (!signers) return null;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, new Date(now), body)).join(' '),
  };
}

/** One for each secret that signs now; null when there is none, or one is no secret at all. */
function signersOf({ signingSecret, nextSigningSecret }: Secrets): Webhook[] | null {
  const active = [signingSecret, nextSigningSecret].filter((one) => one !== undefined && one !== '');
  try {
    return active.length === 0 ? null : active.map((secret) => new Webhook(secret as string));
  } catch {
    return null;
  }
}

function byReceipt(answer: VendorAnswer, work: Work, capabilities: Capabilities): Carried {
  const outcome = outcomeOfWrite(answer, capabilities.readLagMs);
  const carried: Carried = {
    outcome,
    precondition,
    ...(answer.kind === 'answer' ? { httpStatus: answer.status } : {}),
  };
  if (outcome.kind !== 'accepted' || answer.kind !== 'answer') return explained(carried);
  const receipt = receiptSchema.safeParse(answer.json);
  if (!receipt.success) return carried;
  const { shows } = receipt.data;
  return {
    ...carried,
    outcome: shows === work.targetState ? { kind: 'confirmed' } : { kind: 'contradicted', seen: shows },
  };
}

function readTarget(work: Work, context: Context, alreadyPosted: boolean, more: More = {}): Target<Shown> {
  let posted = alreadyPosted;
  return {
    // To a receiver the first event of a subject is what makes it known.
    creates: true,
    read: () => readShown(work, context),
    shows({ state, native: version }) {
      if (state !== work.targetState) return false;
      // A change of a value alone makes no version of its own.
      if (version !== null && work.eventType !== elementChanged) return version >= work.version;
      // From a state into itself (a new start date): the state alone does not tell whether the event arrived.
      return posted || work.previousState !== work.targetState;
    },
    expected: ({ state }) =>
      work.previousState === null ||
      state === null ||
      work.expectedStates.includes(state) ||
      state === work.targetState,
    async write() {
      posted = true;
      return { answer: await post(work, context, more), precondition };
    },
    isConflict: () => false,
  };
}

function post(work: Work, context: Context, more: More): Promise<VendorAnswer> {
  const body = eventBody(work, context.settings, more);
  const headers = signedHeaders(work.writeback, body, context.secrets) ?? {};
  const raw = { body, contentType: 'application/json' };
  return context.http.request({ method: 'POST', url: context.settings.url, headers, raw }, context.signal);
}

function whyUnable(work: Work, { settings, secrets }: Context): string | null {
  if (signersOf(secrets) === null) return 'signing_secret_unusable';
  if (settings.confirm.mode === 'read' && readUrl(settings.confirm.url, work) === null) return 'ref_missing';
  return null;
}

/** 410 is the receiver's word for "send no more" (Standard Webhooks). */
function explained(carried: Carried): Carried {
  return carried.httpStatus === 410 && carried.outcome.kind === 'refused'
    ? { ...carried, outcome: { kind: 'refused', reason: 'gone' } }
    : carried;
}
