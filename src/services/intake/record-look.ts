// A webhook only named a thing, and the thing was read: what it shows is recorded as an event of its own.
import type { Reading, TranslatedEvent } from '../../adapters/port.ts';
import type { Command } from '../../core/delivery/message.ts';
import { limits } from '../../core/limits.ts';
import { findForReplay, type QuarantinedEvent } from '../../store/settling/quarantined-events.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import type { Found } from '../record-events/items.ts';
import { intakeOf, type Origin, translate } from './accept-webhook.ts';
import { openKept, originOf } from './kept-webhook.ts';
import { replayedMark } from './replay-event.ts';

/** `reading` is null where the vendor has no such thing. Rejects with `Unavailable` when recording fails; looking again is safe then. */
export async function recordLook(
  context: Context,
  connection: Connection,
  command: Command,
  reading: Reading | null,
): Promise<void> {
  const event = await findForReplay(context.database.engine, command.id);
  const kept = event && openKept(context, event);
  const origin = event && kept && (await originOf(context, connection.id, event, kept));
  // Erased or removed meanwhile: there is nothing left to say.
  if (!event || !kept || !origin) return;
  const body = Buffer.from(kept.body, 'base64');
  const named = translate(body, origin).find((one) => isNamedBy(context, event, one));
  const found = named
    ? await record(context, origin, named as TranslatedEvent, { reading, body, command })
    : 'not_understood';
  const stage =
    found === 'unknown_stage' && reading ? { stage: reading.stage.slice(0, limits.identifierCharsMax) } : {};
  await context.recorder().settle({ kind: 'looked', event: event.id, connection: connection.id, found, ...stage });
}

/** One body may name several things, each in an event of its own. */
function isNamedBy(context: Context, event: QuarantinedEvent, one: ReturnType<typeof translate>[number]): boolean {
  if (one.kind !== 'event' || !one.look) return false;
  const id = context.vault.impersonalId(event.source, one.externalId);
  return event.external_id === id || event.external_id === `${id}${replayedMark}`;
}

interface Read {
  reading: Reading | null;
  body: Uint8Array;
  command: Command;
}

async function record(
  context: Context,
  origin: Origin,
  { look: _, ...named }: TranslatedEvent,
  { reading, body, command }: Read,
): Promise<Found> {
  if (!reading) return 'missing';
  const claim = named.claim.kind === 'event' ? named.claim : { kind: 'stage' as const, targets: statesOf(reading) };
  if (claim.kind === 'stage' && claim.targets.length === 0) return 'unknown_stage';
  // Each look is told apart: one that comes again after a crash may see something else.
  const externalId = `${named.externalId}~read-${command.id.slice(-8)}-${command.attempt}`;
  // The reading is newer, and not every vendor signs what its bodies say.
  const data = { ...named.data, ...reading.elements };
  await context.recorder().record(intakeOf(context, origin, { ...named, claim, externalId, data }, body));
  return 'shown';
}

const statesOf = ({ state, states }: Reading): readonly string[] => states ?? (state === null ? [] : [state]);
