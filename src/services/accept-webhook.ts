// Takes a vendor's webhook: proves who sent it, puts it in our words, records it, and answers the way that vendor understands.
import type { Adapter, InboundRequest, TranslatedEvent, Translation, Verdict } from '../adapters/port.ts';
import { findAdapter } from '../adapters/registry.ts';
import { fingerprint, sha256 } from '../core/canonical-json.ts';
import type { Intake, Recorded } from '../core/intake.ts';
import { parseJson } from '../core/parse-json.ts';
import { findConnection } from '../store/connections.ts';
import type { Context } from './context.ts';
import { connectionNameSchema } from './manage-connections.ts';

export type WebhookAnswer =
  | { kind: 'unknown_connection' }
  | { kind: 'not_verified'; verdict: Extract<Verdict, { ok: false }> }
  | { kind: 'recorded'; acknowledgement: Adapter['acknowledgement']; recorded: Recorded[]; ignored: string[] };

/** Rejects with `Unavailable` when the events could not be recorded; the vendor then sends them again. */
export async function acceptWebhook(
  context: Context,
  connectionId: string,
  request: InboundRequest,
): Promise<WebhookAnswer> {
  const named = connectionNameSchema.safeParse(connectionId).success;
  const row = named ? await findConnection(context.database.ingest, connectionId) : undefined;
  if (!row || row.status === 'removed') return { kind: 'unknown_connection' };
  const adapter = findAdapter(row.adapter);
  const settings = adapter.settings.parse(row.settings);
  const secrets = [row.secrets_current, row.secrets_next].flatMap((sealed) =>
    sealed ? [context.vault.unsealSecrets(row.id, sealed)] : [],
  );
  const verdict = adapter.verify(request, secrets, settings);
  if (!verdict.ok) return { kind: 'not_verified', verdict };
  context.crashPoint('ingest.verified');

  const origin: Origin = { connection: row.id, adapter, settings, receivedAt: request.receivedAt };
  const recorded: Recorded[] = [];
  const ignored: string[] = [];
  for (const translation of translate(request, origin)) {
    if (translation.kind === 'ignored') ignored.push(translation.reason);
    else recorded.push(await context.recorder().record(intakeOf(context, origin, translation, request.body)));
  }
  return { kind: 'recorded', acknowledgement: adapter.acknowledgement, recorded, ignored };
}

/** Where a webhook came from, and when, in ms since 1970. */
export interface Origin {
  connection: string;
  adapter: Adapter;
  settings: unknown;
  receivedAt: number;
}

/** What the body says, in our words; shared with the replay of what was quarantined. */
export function translate(request: Pick<InboundRequest, 'headers' | 'body'>, origin: Origin): Translation[] {
  const parsed = parseJson(request.body);
  if (!parsed.ok)
    return [
      {
        kind: 'quarantined',
        externalId: sha256(request.body).toString('hex'),
        reason: 'not_json',
        // Where it is forbidden would quote the keys on the way.
        detail: parsed.code === 'not_json' ? parsed.detail : `The body is not taken: ${parsed.code}`,
      },
    ];
  return origin.adapter.translate(parsed.value, {
    connection: origin.connection,
    settings: origin.settings,
    headers: request.headers,
    receivedAt: origin.receivedAt,
  });
}

/** Checked against the dictionary; `claim` is null when it must be quarantined. */
export function intakeOf(
  context: Context,
  origin: Origin,
  translation: Exclude<Translation, { kind: 'ignored' }>,
  body: Uint8Array,
): Intake {
  if (translation.kind === 'quarantined')
    return quarantine(origin, translation.externalId, translation.reason, translation.detail, body);
  const checked = context.dictionary.validateValues(translation.data);
  // What the dictionary does not know is kept out; what it knows and finds wrong must be seen by somebody.
  const wrong = checked.problems.find((problem) => problem.code !== 'unknown_element');
  if (wrong) {
    const unclear = quarantine(origin, translation.externalId, wrong.code, `${wrong.pointer}: ${wrong.detail}`, body);
    // Whose it is was understood: who is erased takes it along.
    const { machine, subject, alsoKnownAs } = eventIntake(origin, translation, {}, body);
    return { ...unclear, machine, subject, alsoKnownAs };
  }
  if (checked.problems.length > 0) context.metrics.unknownElements(origin.connection, checked.problems.length);
  return eventIntake(origin, translation, checked.values, body);
}

function eventIntake(origin: Origin, event: TranslatedEvent, data: Record<string, unknown>, body: Uint8Array): Intake {
  const system = origin.adapter.refSystem?.(origin.settings) ?? origin.connection;
  return {
    ...common(origin, event.externalId),
    fingerprint: fingerprint({ body: sha256(body).toString('hex'), claim: event.claim }),
    machine: event.machine,
    claim: event.claim,
    subject: { kind: 'ref', system, ref: event.ref },
    alsoKnownAs: event.alsoKnownAs ?? [],
    requisition: event.requisition === undefined ? null : { system, ref: event.requisition },
    occurredAt: new Date(event.occurredAt).toISOString(),
    data,
  };
}

/** Kept whole (encrypted), so that it can be replayed once the mapping is mended. */
function quarantine(origin: Origin, externalId: string, code: string, detail: string, body: Uint8Array): Intake {
  return {
    ...common(origin, externalId),
    fingerprint: sha256(body).toString('hex'),
    machine: 'application',
    claim: null,
    quarantine: { code, detail },
    subject: null,
    alsoKnownAs: [],
    requisition: null,
    occurredAt: new Date(origin.receivedAt).toISOString(),
    data: { body: Buffer.from(body).toString('base64') },
  };
}

const common = (
  origin: Origin,
  externalId: string,
): Pick<Intake, 'source' | 'connection' | 'by' | 'externalId' | 'machineVersion' | 'receivedAt'> => ({
  source: `connection:${origin.connection}`,
  connection: origin.connection,
  by: origin.adapter.kind,
  externalId,
  machineVersion: null,
  receivedAt: new Date(origin.receivedAt).toISOString(),
});
