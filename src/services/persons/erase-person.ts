// Erases a person: one transaction empties every table and destroys the keys; what is left to do elsewhere is finished by a loop.

import type { LegalBasis } from '../../core/dictionary/legal-basis.ts';
import { Counts } from '../../core/figures/kpi.ts';
import { isId, type PersonId } from '../../core/ids.ts';
import type { Tx } from '../../store/database/database.ts';
import { appendCounts } from '../../store/engine/kpi.ts';
import {
  destroyKeys,
  emptyElements,
  emptyEvents,
  emptyIncidents,
  lockPlaces,
  type Places,
  placesOf,
  type SettledParked,
  type WaivedRow,
  waiveForErasure,
} from '../../store/persons/erasure.ts';
import { findHeld, lockPersons } from '../../store/persons/persons.ts';
import { findPersonState, type PersonState } from '../../store/reports/persons.ts';
import type { Context } from '../context.ts';
import { findMentions } from '../intake/search-quarantine.ts';
import { inDecision } from '../settling/in-decision.ts';
import { nameOf } from '../settling/settle-writebacks.ts';
import { type Actor, writeAudit } from '../write-audit.ts';

export interface ErasureWish {
  actor: Actor;
  basis: LegalBasis;
  reason: string;
  requestId?: string | undefined;
}

/** How much of what was erased. */
export interface ErasureScope {
  subjects: number;
  events: number;
  values: number;
  /** Writebacks that were let go; `inFlight` of them were on their way. */
  waived: number;
  inFlight: number;
  /** Events that waited and are refused now. */
  parked: number;
  incidents: number;
  /** Other persons: those who are linked to this one, and those of events that came before anybody knew whose they were. */
  strangers: number;
}

export type Erased =
  | { kind: 'erased'; person: PersonState; scope: ErasureScope; unsearched: boolean }
  | { kind: 'unknown' }
  | { kind: 'held'; reason: string; until: string | null };

/**
 * Nothing can be read any more when it resolves. Erasing again is harmless, and takes what has come to light since.
 * `unsearched`: there were too many payloads in quarantine to look through all of them for the person.
 */
export async function erasePerson(context: Context, id: string, wish: ErasureWish): Promise<Erased> {
  if (!isId('per', id)) return { kind: 'unknown' };
  // Before the transaction: decrypting takes a while, and no lock should wait for it.
  const mentions = await findMentions(context, id);
  const outcome = await inDecision(context, (tx) => eraseIn(context, tx, id, mentions.events, wish));
  if (outcome.kind !== 'done') return outcome;
  context.crashPoint('erasure.committed');
  for (const person of outcome.places.persons) context.vault.forget(person as PersonId);
  for (const { connection_id, was } of outcome.waived) if (was === 'leased') context.window.add(connection_id, -1);
  context.log.info({ object: id, action: 'person.erased' }, 'a person was erased');
  const person = await findPersonState(context.database.engine, id);
  return person ? { kind: 'erased', person, scope: outcome.scope, unsearched: mentions.more } : { kind: 'unknown' };
}

type Outcome =
  | Exclude<Erased, { kind: 'erased' }>
  | { kind: 'done'; places: Places; scope: ErasureScope; waived: readonly WaivedRow[] };

async function eraseIn(
  context: Context,
  tx: Tx,
  id: string,
  mentions: readonly string[],
  wish: ErasureWish,
): Promise<Outcome> {
  let known = await placesOf(tx, id, mentions);
  // Also those who were linked to it while their locks were waited for.
  for (let locked = 0; locked < known.persons.length; ) {
    locked = known.persons.length;
    if ((await lockPersons(tx, known.persons)) === 0) return { kind: 'unknown' };
    known = await placesOf(tx, id, mentions);
  }
  const held = await findHeld(tx, known.persons);
  if (held) return { kind: 'held', reason: held.held_reason, until: held.held_until };
  await lockPlaces(tx, known);
  // Under the locks: what was recorded while they were waited for belongs to it too.
  const places = await placesOf(tx, id, mentions);
  const by = nameOf(wish.actor);
  const parked = await emptyEvents(tx, places.events);
  const values = await emptyElements(tx, places.subjects);
  const waived = await waiveForErasure(tx, places.subjects);
  const incidents = await emptyIncidents(tx, places, by);
  context.crashPoint('erasure.values_emptied');
  const erased = await destroyKeys(tx, places);
  context.crashPoint('erasure.keys_destroyed');
  const scope: ErasureScope = {
    subjects: places.subjects.length,
    events: places.events.length,
    values,
    waived: waived.length,
    inFlight: waived.filter((one) => one.was === 'leased').length,
    parked: parked.length,
    incidents,
    strangers: erased.filter((person) => person !== id).length,
  };
  await appendCounts(tx, countsOf(parked, waived));
  if (erased.length > 0 || parked.length > 0 || values > 0) await putOnRecord(tx, id, places, erased, scope, wish);
  return { kind: 'done', places, scope, waived };
}

function countsOf(parked: readonly SettledParked[], waived: readonly WaivedRow[]): ReturnType<Counts['all']> {
  const counts = new Counts();
  for (const { machine, event_type, source } of parked) {
    counts.add('event.parked', machine, event_type, source, -1);
    counts.add('event.refused', machine, event_type, source);
  }
  for (const { machine, event_type, connection_id, was } of waived) {
    counts.add('writeback.waived', machine, event_type, connection_id);
    if (was === 'dead') counts.add('writeback.dead', machine, event_type, connection_id, -1);
  }
  return counts.all();
}

/** One row for the person, with who, why and how much; one for each subject and stranger, so that each says it of itself. */
async function putOnRecord(
  tx: Tx,
  id: string,
  places: Places,
  erased: readonly string[],
  scope: ErasureScope,
  { actor, basis, reason, requestId }: ErasureWish,
): Promise<void> {
  const shared = { actor, ...(requestId === undefined ? {} : { requestId }) };
  const detail = { basis, reason, scope };
  await writeAudit(tx, { ...shared, action: 'person.erased', objectKind: 'person', objectId: id, detail });
  for (const subject of places.subjects)
    await writeAudit(tx, {
      ...shared,
      action: 'subject.erased',
      objectKind: 'subject',
      objectId: subject,
      detail: { person: id, basis },
    });
  for (const stranger of erased.filter((person) => person !== id))
    await writeAudit(tx, {
      ...shared,
      action: 'person.erased',
      objectKind: 'person',
      objectId: stranger,
      detail: { basis, with: id },
    });
}
