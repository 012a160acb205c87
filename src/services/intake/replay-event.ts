// Replays a quarantined webhook through the connection's settings of today, as events of their own; audited.
import type { TranslatedEvent, Translation } from '../../adapters/port.ts';
import { sha256 } from '../../core/canonical-json.ts';
import type { Intake, Recorded } from '../../core/deciding/intake.ts';
import { isId } from '../../core/ids.ts';
import { findEvents } from '../../store/engine/events.ts';
import { settleIncidents } from '../../store/settling/incidents.ts';
import { findForReplay, type QuarantinedEvent, waitsForStage } from '../../store/settling/quarantined-events.ts';
import type { Context } from '../context.ts';
import { stageKey } from '../record-events/quarantine-incident.ts';
import { inDecision } from '../settling/in-decision.ts';
import { nameOf } from '../settling/settle-writebacks.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { intakeOf, type Origin, translate } from './accept-webhook.ts';
import { openKept, originOf } from './kept-webhook.ts';

export type Replay =
  /** A second replay is all duplicates. `ignored` says why parts of the payload are no news. */
  | { kind: 'replayed'; recorded: Recorded[]; ignored: string[] }
  /** Nothing was recorded. */
  | { kind: 'still_quarantined'; reason: string; detail: string }
  | { kind: 'not_quarantined'; disposition: string }
  | { kind: 'unknown_event' }
  /** The person's keys are gone, or the payload. */
  | { kind: 'erased' }
  | { kind: 'connection_removed'; connection: string };

/** Ends the id under which a replayed event is recorded. */
export const replayedMark = '~replayed-1';

export interface ReplayWish {
  actor: Actor;
  requestId?: string | undefined;
}

/** The quarantined event stays as it is. Rejects with `Unavailable` when recording fails; replaying again is safe then. */
export async function replayEvent(context: Context, eventId: string, wish: ReplayWish): Promise<Replay> {
  const event = isId('evt', eventId) ? await findForReplay(context.database.engine, eventId) : undefined;
  if (!event) return { kind: 'unknown_event' };
  const connection = /^connection:(.+)$/.exec(event.source)?.[1];
  if (event.disposition !== 'quarantined' || connection === undefined)
    return { kind: 'not_quarantined', disposition: event.disposition };
  const kept = openKept(context, event);
  if (!kept) return { kind: 'erased' };
  const origin = await originOf(context, connection, event, kept);
  if (!origin) return { kind: 'connection_removed', connection };

  const body = Buffer.from(kept.body, 'base64');
  const said = await newsOf(context, event, translate(body, origin));
  const intakes = said.news.map((translation) => againOf(context, origin, translation, body));
  const unclear = intakes.find((intake) => intake.quarantine !== undefined)?.quarantine;
  if (unclear) return { kind: 'still_quarantined', reason: unclear.code, detail: unclear.detail };
  const recorded: Recorded[] = [];
  for (const intake of intakes) recorded.push(await context.recorder().record(intake));
  await conclude(context, event, connection, recorded, wish);
  return { kind: 'replayed', recorded, ignored: said.ignored };
}

/** Leaves out what is ignored, and what the same payload said and was understood at the time: that is on record. */
async function newsOf(
  context: Context,
  { source }: QuarantinedEvent,
  translations: readonly Translation[],
): Promise<{ news: Exclude<Translation, { kind: 'ignored' }>[]; ignored: string[] }> {
  const stored = (id: string): string => context.vault.impersonalId(source, id);
  const telling = translations.filter((one) => one.kind !== 'ignored');
  const keys = [...new Set(telling.map((one) => one.externalId))];
  const known = await findEvents(
    context.database.engine,
    keys.map((id) => ({ source, external_id: stored(id) })),
  );
  const understood = new Set(known.filter((one) => one.disposition !== 'quarantined').map((one) => one.external_id));
  return {
    news: telling.filter((one) => !understood.has(stored(one.externalId))),
    ignored: translations.flatMap((one) => {
      if (one.kind === 'ignored') return [one.reason];
      return understood.has(stored(one.externalId)) ? ['already_recorded'] : [];
    }),
  };
}

function againOf(
  context: Context,
  origin: Origin,
  translation: TranslatedEvent | Extract<Translation, { kind: 'quarantined' }>,
  body: Buffer,
): Intake {
  return {
    ...intakeOf(context, origin, translation, body),
    externalId: `${translation.externalId}${replayedMark}`,
    // Without the claim: under another mapping the second replay is still a duplicate, not a conflict.
    fingerprint: sha256(body).toString('hex'),
    // It reaches the ledger now; figures of a time that is over stay as they are.
    receivedAt: new Date(context.now()).toISOString(),
  };
}

/** After recording: whoever finds the incident open may replay once more and records nothing twice. */
async function conclude(
  context: Context,
  event: QuarantinedEvent,
  connection: string,
  recorded: readonly Recorded[],
  { actor, requestId }: ReplayWish,
): Promise<void> {
  await inDecision(context, async (tx) => {
    await settleIncidents(tx, [`quarantined/${event.id}`], nameOf(actor), 'replayed');
    await writeAudit(tx, {
      actor,
      action: 'event.replayed',
      objectKind: 'event',
      objectId: event.id,
      detail: {
        connection,
        recorded: recorded.map((one) => ({ event: one.event, disposition: one.disposition })),
      },
      ...(requestId === undefined ? {} : { requestId }),
    });
    // The last event that waited for the stage ends the matter.
    if (event.stage !== null && !(await waitsForStage(tx, event.source, event.stage)))
      await settleIncidents(tx, [stageKey(connection, event.stage)], nameOf(actor), 'replayed');
  });
}
