// A person says whether two persons are one human: then they are found, exported and erased together. Each keeps its keys.
import type { Tx } from '../../store/database/database.ts';
import {
  familyOf,
  linkPersons,
  moveProfile,
  personsOfProfile,
  proposalsWithin,
} from '../../store/persons/duplicates.ts';
import { lockPersons } from '../../store/persons/persons.ts';
import { findIncident } from '../../store/reports/incidents.ts';
import { settleIncidents } from '../../store/settling/incidents.ts';
import { lockIncident, settleIncident as settleRow } from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import { nameOf } from './settle-writebacks.ts';

export interface DuplicateWish {
  same: boolean;
  actor: Actor;
  reason: string;
  requestId?: string | undefined;
}

export type DuplicateDecided =
  /** `persons`: all that are one human now; the two, where they are not. */
  { kind: 'done'; persons: string[] } | { kind: 'unknown' | 'not_a_proposal' | 'already_settled' | 'erased' };

export async function settleDuplicate(context: Context, id: string, wish: DuplicateWish): Promise<DuplicateDecided> {
  return inDecision(context, async (tx): Promise<DuplicateDecided> => {
    const row = await findIncident(tx, id);
    if (!row) return { kind: 'unknown' };
    if (row.kind !== 'duplicate_profile') return { kind: 'not_a_proposal' };
    const two = (row.detail.persons ?? []) as string[];
    // As an erasure does: persons first, then what is about them.
    const family = await lockFamily(tx, two);
    const incident = await lockIncident(tx, id);
    if (!incident || incident.settled) return { kind: 'already_settled' };
    if (two.length < 2 || family.some((one) => one.erased)) return { kind: 'erased' };
    const persons = family.map((one) => one.id);
    const by = nameOf(wish.actor);
    await settleRow(tx, id, by, `${wish.same ? 'One human' : 'Not the same human'}: ${wish.reason}`);
    if (wish.same) await link(tx, persons, by, `One human: ${wish.reason}`);
    for (const person of two)
      await writeAudit(tx, {
        actor: wish.actor,
        action: wish.same ? 'person.linked' : 'person.told_apart',
        objectKind: 'person',
        objectId: person,
        detail: { with: two.filter((one) => one !== person), incident: id, reason: wish.reason },
        ...(wish.requestId === undefined ? {} : { requestId: wish.requestId }),
      });
    return { kind: 'done', persons: wish.same ? persons : two };
  });
}

/** A system merged one of its profiles into another: what it says of its own records is followed, and on record. */
export async function followMerge(
  context: Context,
  merge: { connection: string; system: string; from: string; into: string },
): Promise<{ persons: string[] }> {
  const [from, into] = [merge.from, merge.into].map((ref) => context.vault.impersonalId(merge.system, ref)) as [
    string,
    string,
  ];
  return inDecision(context, async (tx) => {
    const known = [
      ...(await personsOfProfile(tx, merge.system, from)),
      ...(await personsOfProfile(tx, merge.system, into)),
    ];
    const family = await lockFamily(tx, known);
    const moved = await moveProfile(tx, merge.system, from, into);
    const persons = family.filter((one) => !one.erased).map((one) => one.id);
    if (moved === 0) return { persons };
    const actor: Actor = { kind: 'system', id: merge.connection };
    await link(tx, persons, nameOf(actor), 'The system merged its profiles');
    for (const person of persons)
      await writeAudit(tx, {
        actor,
        action: 'person.linked',
        objectKind: 'person',
        objectId: person,
        detail: { with: persons.filter((one) => one !== person), system: merge.system, profile: into },
      });
    return { persons };
  });
}

async function link(tx: Tx, persons: readonly string[], by: string, resolution: string): Promise<void> {
  await linkPersons(tx, persons);
  await settleIncidents(tx, await proposalsWithin(tx, persons), by, resolution);
}

/** Locks all who are linked to these, also those who were linked while it waited. */
async function lockFamily(tx: Tx, persons: readonly string[]): Promise<{ id: string; erased: boolean }[]> {
  let family = await familyOf(tx, persons);
  for (let size = 0; size < family.length; ) {
    size = family.length;
    await lockPersons(
      tx,
      family.map((one) => one.id),
    );
    family = await familyOf(tx, persons);
  }
  return family;
}
