// Takes a vendor's webhook: proves who sent it, puts it in our words, records it, and answers the way that vendor understands.
import type { Adapter, Handshake, InboundRequest, TranslatedEvent, Translation, Verdict } from '../../adapters/port.ts';
import { findAdapter } from '../../adapters/registry.ts';
import { fingerprint, sha256 } from '../../core/canonical-json.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import type { SystemMapping } from '../../core/dictionary/mapping.ts';
import { limits } from '../../core/limits.ts';
import { parseJson } from '../../core/parse-json.ts';
import { findConnection } from '../../store/connections/connections.ts';
import type { ConnectionScope } from '../../store/schema/schema.ts';
import { connectionNameSchema } from '../connections/connection-terms.ts';
import { mappingFor, regionsWithStages, settingsIn } from '../connections/system-settings.ts';
import type { Context } from '../context.ts';
import { followMerge } from '../settling/settle-duplicates.ts';

export type WebhookAnswer =
  | { kind: 'unknown_connection' }
  /** Nothing was said yet: the vendor asks whether the address is ours. */
  | { kind: 'handshake'; handshake: Handshake }
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
  const handshake = adapter.handshake?.(request);
  if (handshake) return { kind: 'handshake', handshake };
  const settings = settingsIn(context.dictionary, adapter, row.settings, null);
  const secrets = [row.secrets_current, row.secrets_next].flatMap((sealed) =>
    sealed ? [context.vault.unsealSecrets(row.id, sealed)] : [],
  );
  const verdict = adapter.verify(request, secrets, settings);
  if (!verdict.ok) return { kind: 'not_verified', verdict };
  context.crashPoint('ingest.verified');
  // An observer is told, and asked; what it says by itself is no cause of anything.
  if (row.direction === 'out')
    return { kind: 'recorded', acknowledgement: adapter.acknowledgement, recorded: [], ignored: ['one_way'] };

  const { headers, receivedAt } = request;
  const origin: Origin = {
    connection: row.id,
    adapter,
    settings,
    ...spokenIn(context, adapter, row),
    headers,
    receivedAt,
  };
  const recorded: Recorded[] = [];
  const ignored: string[] = [];
  for (const translation of translate(request.body, origin)) {
    if (translation.kind === 'ignored') ignored.push(translation.reason);
    else recorded.push(await context.recorder().record(intakeOf(context, origin, translation, request.body)));
  }
  if (recorded.length === 0) await followIfMerged(context, origin, request.body);
  return { kind: 'recorded', acknowledgement: adapter.acknowledgement, recorded, ignored };
}

/** A merge of two profiles moves nothing, but whom its applications belong to is another matter. */
async function followIfMerged(
  context: Context,
  { adapter, settings, connection }: Origin,
  body: Uint8Array,
): Promise<void> {
  if (!adapter.mergedProfiles) return;
  const parsed = parseJson(body);
  const merged = parsed.ok ? adapter.mergedProfiles(parsed.value) : null;
  if (merged)
    await followMerge(context, { connection, system: adapter.refSystem?.(settings) ?? connection, ...merged });
}

/** Where a webhook came from, and when, in ms since 1970. */
export interface Origin {
  connection: string;
  adapter: Adapter;
  settings: unknown;
  /** The same with the stages of each region that has its own. */
  regional: readonly unknown[];
  mapping: SystemMapping;
  headers: Readonly<Record<string, string>>;
  receivedAt: number;
}

/** What the dictionary adds to a connection's settings. */
export const spokenIn = (
  { dictionary }: Pick<Context, 'dictionary'>,
  adapter: Adapter,
  { settings, scope }: { settings: unknown; scope: ConnectionScope },
): Pick<Origin, 'regional' | 'mapping'> => ({
  regional: regionsWithStages(dictionary, adapter, scope).map((region) =>
    settingsIn(dictionary, adapter, settings, region),
  ),
  mapping: mappingFor(dictionary, adapter),
});

/** What the body says, in our words; shared with the replay of what was quarantined. */
export function translate(body: Uint8Array, origin: Origin): Translation[] {
  // Some vendors try out an address with nothing at all.
  const parsed = body.length === 0 ? { ok: true as const, value: undefined } : parseJson(body);
  if (!parsed.ok)
    return [
      {
        kind: 'quarantined',
        externalId: sha256(body).toString('hex'),
        reason: 'not_json',
        // Where it is forbidden would quote the keys on the way.
        detail: parsed.code === 'not_json' ? parsed.detail : `The body is not taken: ${parsed.code}`,
      },
    ];
  const { connection, mapping, headers, receivedAt } = origin;
  const say = (settings: unknown): Translation[] =>
    origin.adapter.translate(parsed.value, { connection, settings, mapping, headers, receivedAt });
  const said = say(origin.settings);
  if (!said.some(isUnknownStage)) return said;
  // What is no stage to everybody may be one of a region, and is then exactly one of our states.
  return origin.regional.map(say).find((regional) => !regional.some(isUnknownStage)) ?? said;
}

const isUnknownStage = (one: Translation): boolean => one.kind === 'quarantined' && one.reason === 'unknown_stage';

/** Checked against the dictionary; `claim` is null when it must be quarantined, or looked at first. */
export function intakeOf(
  context: Context,
  origin: Origin,
  translation: Exclude<Translation, { kind: 'ignored' }>,
  body: Uint8Array,
): Intake {
  if (translation.kind === 'quarantined') {
    const { externalId, reason, detail, stage } = translation;
    const unclear = quarantine(origin, externalId, reason, detail, body);
    return stage === undefined
      ? unclear
      : { ...unclear, quarantine: { code: reason, detail, stage: stage.slice(0, limits.identifierCharsMax) } };
  }
  noteUnknown(context, origin.connection, translation);
  if (translation.look) return lookIntake(origin, translation, body);
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

/** What the mapping kept out is counted and shown; it is nobody's incident. */
function noteUnknown({ unknownFields, metrics }: Context, connection: string, event: TranslatedEvent): void {
  const { unknown = [], faults = [] } = event;
  unknownFields.note(connection, event);
  if (unknown.length > 0) metrics.unknownFields(connection, 'unmapped', unknown.length);
  if (faults.length > 0) metrics.unknownFields(connection, 'unreadable', faults.length);
}

function eventIntake(origin: Origin, event: TranslatedEvent, data: Record<string, unknown>, body: Uint8Array): Intake {
  const system = event.system ?? origin.adapter.refSystem?.(origin.settings) ?? origin.connection;
  return {
    ...common(origin, event.externalId),
    ...(event.by === undefined ? {} : { by: event.by }),
    fingerprint: fingerprint({ body: sha256(body).toString('hex'), claim: event.claim }),
    machine: event.machine,
    claim: event.claim,
    subject: { kind: 'ref', system, ref: event.ref },
    alsoKnownAs: event.alsoKnownAs ?? [],
    requisition: event.requisition === undefined ? null : { system, ref: event.requisition },
    ...(event.profile === undefined ? {} : { profile: { system, ref: event.profile } }),
    occurredAt: new Date(event.occurredAt).toISOString(),
    data,
  };
}

/** Kept whole until the thing that it names was read: on its own it says nothing. */
function lookIntake(origin: Origin, event: TranslatedEvent, body: Uint8Array): Intake {
  const named = eventIntake(origin, event, keptBody(origin, body), body);
  return { ...named, claim: null, look: true, fingerprint: sha256(body).toString('hex') };
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
    data: keptBody(origin, body),
  };
}

/** Enough to translate it again. */
export interface KeptBody {
  /** Base64. */
  body: string;
  headers?: Record<string, string>;
}

function keptBody({ adapter, headers }: Origin, body: Uint8Array): Readonly<Record<string, unknown>> {
  const read = (adapter.translatedHeaders ?? []).flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const kept: KeptBody = { body: Buffer.from(body).toString('base64') };
  return { ...kept, ...(read.length === 0 ? {} : { headers: Object.fromEntries(read) }) };
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
