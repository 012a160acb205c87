// Field conflicts: an incident with both values, one per element and source while it is open, and its end when the systems agree.
import type { OpenConflict } from '../../store/engine/standing-values.ts';
import type { PersonKeys } from '../remember-keys.ts';
import type { Batch } from './batch.ts';
import type { Said } from './judge.ts';
import type { WorkingSubject } from './ledger.ts';
import { connectionOf } from './load.ts';
import { commitmentOf, definitionOf, type WeighedValue } from './weigh-values.ts';

/** Both values of a conflict, as they are sealed. */
export interface Disputed {
  /** What holds. */
  ours: unknown;
  /** What was written against the rule. */
  theirs: unknown;
}

/** `source` wrote against the rule. */
export const conflictKey = (subject: string, element: string, source: string): string =>
  `field/${subject}/${element}/${source}`;

/** A repetition brings the open incident up to date and is counted there. */
export function openConflict(
  batch: Batch,
  subject: WorkingSubject,
  keys: PersonKeys,
  said: Said,
  one: WeighedValue,
): void {
  const { context, loaded, ledger } = batch;
  const { present, element } = one;
  if (!present) return;
  const spoken = { source: said.source, by: said.by, event: said.event, at: said.occurredAt };
  const stood = { source: present.source, by: present.by_kind, event: present.event_id, at: present.occurred_at };
  const held = context.vault.unsealJson(keys.dataKey, ['element_value', element, subject.id], present.value_ct);
  const kept = one.value === 'kept';
  const [ours, theirs] = kept ? [stood, spoken] : [spoken, stood];
  const values: Disputed = kept ? { ours: held, theirs: one.said } : { ours: one.said, theirs: held };
  const key = conflictKey(subject.id, element, theirs.source);
  const known = loaded.conflicts.get(key);
  const id = known?.id ?? context.newId('inc');
  const sealed = context.vault.sealJson(keys.dataKey, ['incident', 'values_ct', id], values);
  ledger.incidents.push({
    id,
    kind: 'field_conflict',
    key,
    subject_id: subject.id,
    connection_id: connectionOf(theirs),
    writeback_id: null,
    event_id: said.event,
    owner: 'recruiting operations',
    element,
    values_ct: sealed,
    detail: { ...ruleOf(batch, element), ours, theirs },
  });
  loaded.conflicts.set(key, { id, key, subject_id: subject.id, element, values_ct: sealed });
  if (!known) ledger.counts.add('incident.field_conflict', subject.machine.name, element, theirs.source);
}

/** A source that says what holds, or overtook its own word, disagrees no more; nor do those whose value was taken at last. */
export function closeConflicts(
  batch: Batch,
  subject: WorkingSubject,
  keys: PersonKeys,
  source: string,
  one: WeighedValue,
): void {
  const own = batch.loaded.conflicts.get(conflictKey(subject.id, one.element, source));
  if (own && (one.equal || one.value === 'taken')) close(batch, subject, own);
  if (one.value !== 'taken' || one.equal) return;
  for (const open of openAbout(batch, subject, one.element)) {
    const { theirs } = valuesOf(batch, keys, open);
    const commit = commitmentOf(batch, keys, definitionOf(batch, one.element), theirs);
    if (commit.equals(one.commit)) close(batch, subject, open);
  }
}

export const openAbout = ({ loaded }: Batch, subject: WorkingSubject, element: string): OpenConflict[] =>
  [...loaded.conflicts.values()].filter((open) => open.subject_id === subject.id && open.element === element);

export const valuesOf = ({ context }: Pick<Batch, 'context'>, keys: PersonKeys, open: OpenConflict): Disputed =>
  context.vault.unsealJson(keys.dataKey, ['incident', 'values_ct', open.id], open.values_ct) as Disputed;

function ruleOf(batch: Batch, element: string): { rule: string; goldenSource: string } {
  const { conflict, goldenSource } = definitionOf(batch, element);
  return { rule: conflict, goldenSource };
}

function close({ loaded, ledger }: Batch, subject: WorkingSubject, open: OpenConflict): void {
  loaded.conflicts.delete(open.key);
  const born = ledger.incidents.findIndex((one) => one.id === open.id);
  if (born >= 0) ledger.incidents.splice(born, 1);
  if (born < 0 || loaded.conflictsBefore.has(open.id))
    ledger.settledIncidents.push({ key: open.key, resolution: 'The systems agree' });
  else
    ledger.counts.add(
      'incident.field_conflict',
      subject.machine.name,
      open.element,
      open.key.slice(conflictKey(subject.id, open.element, '').length),
      -1,
    );
}
