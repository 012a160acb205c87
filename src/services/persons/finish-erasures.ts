// Finishes erasures outside the rows: tells the feed, has the heap cleaned, puts the end on record; begins anew wherever a crash left off.

import type { FeedEvent } from '../../core/delivery/message.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import {
  endErasures,
  findErasedSince,
  findOpenErasures,
  markErasure,
  type OpenErasure,
} from '../../store/persons/persons.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import { writeAudit } from '../write-audit.ts';

/** The tables that hold, or held, anything under a person's keys. */
const personalTables = ['event', 'element_value', 'person', 'incident', 'incident_note'];

/** One round; bounded. Returns how many erasures came to their end. */
export async function finishErasures(context: Context): Promise<number> {
  const db = context.database.engine;
  const open = await findOpenErasures(db, limits.sweepRowsMax);
  if (open.length === 0) return 0;
  const ids = open.map((one) => one.id);
  const now = new Date(context.now()).toISOString();
  const told = await tell(context, open, now);
  context.crashPoint('erasure.feed_told');
  await markErasure(db, told, 'feed', now, null);
  if (open.some((one) => one.stores.heap === undefined)) {
    const vacuumed = await context.database.vacuum(personalTables);
    if (vacuumed.kind === 'vacuumed') await markErasure(db, ids, 'heap', now, vacuumed.before);
    else await markErasure(db, ids, 'heap', 'left to autovacuum', null);
  }
  context.crashPoint('erasure.heap_cleaned');
  return inDecision(context, async (tx) => {
    const ended = await endErasures(tx, ids, ['feed', 'heap']);
    for (const { id, stores } of ended)
      await writeAudit(tx, {
        actor: { kind: 'system', id: 'interlock' },
        action: 'person.erasure_completed',
        objectKind: 'person',
        objectId: id,
        detail: { stores },
      });
    return ended.length;
  });
}

/** Every process does this: keys that another one destroyed must not live on in memory. */
export async function forgetErased(context: Context): Promise<void> {
  const persons = await findErasedSince(context.database.engine, limits.forgetErasedMs * 6);
  for (const person of persons) context.vault.forget(person as PersonId);
}

/** A fact per subject, without a word about whom: readers of the feed erase what they hold. Returns the persons of whom all were told. */
async function tell(context: Context, open: readonly OpenErasure[], now: string): Promise<string[]> {
  const told: string[] = [];
  for (const { id, stores, subjects } of open) {
    if (stores.feed !== undefined) continue;
    try {
      for (const subject of subjects) await context.bus.publishFeed(subject.machine, feedEvent(subject, now));
      told.push(id);
    } catch {
      // The bus is away: the next round tells them.
    }
  }
  return told;
}

const feedEvent = ({ id, machine }: { id: string; machine: string }, now: string): FeedEvent => ({
  specversion: '1.0',
  id: `${id}.erased`,
  source: '/interlock',
  type: `interlock.${machine}.erased.v1`,
  subject: id,
  time: now,
  datacontenttype: 'application/json',
  data: { machine, erased: true },
});
