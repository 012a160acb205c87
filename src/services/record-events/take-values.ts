// Writes what weighing came to: values that hold from now on, conflicts that somebody must settle, and those that are over.
import { assert } from '../../core/assert.ts';
import type { StandingValue } from '../../store/engine/standing-values.ts';
import type { PersonKeys } from '../remember-keys.ts';
import type { Batch } from './batch.ts';
import { closeConflicts, openConflict } from './conflicts.ts';
import type { Said } from './judge.ts';
import { learn } from './learn.ts';
import type { WorkingSubject } from './ledger.ts';
import { disputedValues, valueKey, type WeighedValue, weighValues } from './weigh-values.ts';

/** Elements whose value is another one now, and those about which two systems disagree. */
export interface Taken {
  changed: string[];
  disputed: string[];
}

/** Takes what an event carries, as far as the rules let it. Call it once the subject has the version that the event made. */
export function takeValues(batch: Batch, subject: WorkingSubject, said: Said): Taken {
  return settleValues(batch, subject, said, weighValues(batch, subject, said));
}

function settleValues(batch: Batch, subject: WorkingSubject, said: Said, weighed: readonly WeighedValue[]): Taken {
  const { keys } = subject;
  assert(keys, 'Elements need the keys of their person');
  for (const one of weighed) {
    if (one.conflict) openConflict(batch, subject, keys, said, one);
    else closeConflicts(batch, subject, keys, said.source, one);
    if (one.value === 'taken') store(batch, subject, keys, said, one);
  }
  const changed = weighed.filter((one) => one.value === 'taken' && !one.equal);
  learn(batch, subject, Object.fromEntries(changed.map(({ element, said: value }) => [element, value])));
  return {
    changed: changed.map((one) => one.element),
    disputed: weighed.filter((one) => one.conflict).map((one) => one.element),
  };
}

/** Only the incidents about these elements: of an event that was refused nothing is taken. */
export function recordDisputes(batch: Batch, subject: WorkingSubject, said: Said, elements: readonly string[]): void {
  settleValues(batch, subject, said, disputedValues(batch, subject, said, elements));
}

function store(batch: Batch, subject: WorkingSubject, keys: PersonKeys, said: Said, one: WeighedValue): void {
  putValue(batch, subject, {
    subject_id: subject.id,
    element: one.element,
    value_ct: batch.context.vault.sealJson(keys.dataKey, ['element_value', one.element, subject.id], one.said),
    value_commit: one.commit,
    source: said.source,
    by_kind: said.by,
    event_id: said.event,
    occurred_at: said.occurredAt,
    settled_by: null,
    turned_down: [],
    previous_commit: one.equal ? (one.present?.previous_commit ?? null) : (one.present?.value_commit ?? null),
  });
}

/** From now on this holds, also for what comes later in the batch. */
export function putValue(batch: Batch, subject: WorkingSubject, value: StandingValue): void {
  const key = valueKey(subject.id, value.element);
  batch.loaded.values.set(key, value);
  batch.ledger.elements.set(key, {
    subject_id: value.subject_id,
    element: value.element,
    value_ct: value.value_ct,
    value_commit: value.value_commit,
    source: value.source,
    by_kind: value.by_kind,
    event_id: value.event_id,
    subject_version: subject.version,
    dictionary_version: batch.context.dictionaryVersion,
    occurred_at: value.occurred_at,
    settled_by: value.settled_by,
    turned_down: value.turned_down,
    previous_commit: value.previous_commit,
  });
}
