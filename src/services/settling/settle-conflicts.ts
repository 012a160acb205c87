// A person says which value of a field conflict counts: it holds from then on, and goes to every system that shows the element.

import type { CausedWriteback } from '../../core/deciding/intake.ts';
import type { DataProblem } from '../../core/dictionary/dictionary.ts';
import type { Tx } from '../../store/database/database.ts';
import type { OpenConflict, StandingValue } from '../../store/engine/standing-values.ts';
import { type ConflictRow, lockConflict, noteChoice } from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import type { Batch } from '../record-events/batch.ts';
import { openAbout, valuesOf } from '../record-events/conflicts.ts';
import { learn } from '../record-events/learn.ts';
import { Ledger, type WorkingSubject } from '../record-events/ledger.ts';
import { load } from '../record-events/load.ts';
import { publishBatch } from '../record-events/publish.ts';
import { save } from '../record-events/save.ts';
import { putValue } from '../record-events/take-values.ts';
import { writeElements } from '../record-events/values-alone.ts';
import { commitmentOf, definitionOf, valueKey } from '../record-events/weigh-values.ts';
import type { PersonKeys } from '../remember-keys.ts';
import { type Actor, writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import { nameOf } from './settle-writebacks.ts';

/** `ours`: what holds now; `theirs`: what was written against the rule; or a third value. */
export type Choice = { choice: 'ours' } | { choice: 'theirs' } | { choice: 'other'; value: unknown };

export type ConflictWish = Choice & { actor: Actor; reason: string; requestId?: string | undefined };

export type ConflictDecided =
  /** `writebacks`: to the systems that show the element. */
  | { kind: 'done'; element: string; subject: string; writebacks: CausedWriteback[] }
  | { kind: 'unknown' | 'not_a_conflict' | 'already_settled' | 'erased' }
  /** A third value that the dictionary does not take. */
  | { kind: 'invalid_value'; problems: DataProblem[] };

/** Settles all that is open about the element of that subject: one value holds, whoever disagreed. */
export async function settleConflict(context: Context, id: string, wish: ConflictWish): Promise<ConflictDecided> {
  let ledger: Ledger | undefined;
  const decided = await inDecision(context, async (tx) => {
    // Each round anew: what a lost race collected must not be sent.
    ledger = new Ledger();
    return settleIn(context, tx, ledger, id, wish);
  });
  if (decided.kind === 'done' && ledger) publishBatch(context, ledger);
  return decided;
}

async function settleIn(
  context: Context,
  tx: Tx,
  ledger: Ledger,
  id: string,
  wish: ConflictWish,
): Promise<ConflictDecided> {
  const row = await lockConflict(tx, id, false);
  if (!row) return { kind: 'unknown' };
  if (row.kind !== 'field_conflict' || row.subject_id === null || row.element === null)
    return { kind: 'not_a_conflict' };
  if (row.settled) return { kind: 'already_settled' };
  const { element } = row;
  if (wish.choice === 'other') {
    const { problems } = context.dictionary.validateValues({ [element]: wish.value });
    if (problems.length > 0) return { kind: 'invalid_value', problems };
  }
  const loaded = await load(context, tx, [], { subjects: [row.subject_id], elements: [element] });
  const batch: Batch = { context, loaded, ledger };
  const subject = loaded.subjects.get(row.subject_id);
  if (!subject?.keys) return { kind: 'erased' };
  // Only now: subjects are locked before what is about them.
  if ((await lockConflict(tx, id, true))?.settled) return { kind: 'already_settled' };
  const open = openAbout(batch, subject, element);
  const mine = open.find((one) => one.id === id);
  const present = loaded.values.get(valueKey(subject.id, element));
  if (!mine || !present) return { kind: 'already_settled' };
  choose(batch, subject, subject.keys, { present, mine, open }, wish);
  await save(context, tx, loaded, ledger);
  await putOnRecord(context, tx, row, open, wish);
  const writebacks = ledger.writebacks.map((one) => ({
    id: one.id,
    connection: one.connection_id,
    status: one.status,
    confirmedAt: null,
  }));
  return { kind: 'done', element, subject: subject.id, writebacks };
}

interface Matter {
  present: StandingValue;
  mine: OpenConflict;
  /** All conflicts about the element. */
  open: readonly OpenConflict[];
}

function choose(
  batch: Batch,
  subject: WorkingSubject,
  keys: PersonKeys,
  { present, mine, open }: Matter,
  wish: ConflictWish,
): void {
  const { vault } = batch.context;
  const { element } = mine;
  const definition = definitionOf(batch, element);
  const held = vault.unsealJson(keys.dataKey, ['element_value', element, subject.id], present.value_ct);
  const value =
    wish.choice === 'ours' ? held : wish.choice === 'theirs' ? valuesOf(batch, keys, mine).theirs : wish.value;
  const commit = commitmentOf(batch, keys, definition, value);
  const disputed = open.map((one) => commitmentOf(batch, keys, definition, valuesOf(batch, keys, one).theirs));
  const turnedDown = [present.value_commit, ...disputed].filter((one) => !one.equals(commit));
  putValue(batch, subject, {
    subject_id: subject.id,
    element,
    value_ct: vault.sealJson(keys.dataKey, ['element_value', element, subject.id], value),
    value_commit: commit,
    source: `settled:${nameOf(wish.actor)}`,
    by_kind: 'operator',
    event_id: mine.id,
    occurred_at: batch.loaded.clock,
    settled_by: nameOf(wish.actor),
    turned_down: [...new Set(turnedDown.map((one) => one.toString('hex')))],
    previous_commit: present.value_commit,
  });
  learn(batch, subject, { [element]: value });
  writeElements(batch, subject, [element], { occurredAt: batch.loaded.clock, except: null });
}

async function putOnRecord(
  context: Context,
  tx: Tx,
  { id, element, subject_id: subject }: ConflictRow,
  open: readonly OpenConflict[],
  { actor, choice, reason, requestId }: ConflictWish,
): Promise<void> {
  const keys = open.map((one) => one.key);
  await noteChoice(tx, id, choice);
  await context.records.settleIncidents(tx, keys, nameOf(actor), `Settled by hand: ${reason}`);
  await writeAudit(tx, {
    actor,
    action: 'conflict.settled',
    objectKind: 'incident',
    objectId: id,
    detail: { subject, element, choice, reason, conflicts: open.length },
    ...(requestId === undefined ? {} : { requestId }),
  });
}
