// Weighs the values that an event carries against those that hold, each by the rule of its element. Writes nothing.
import { comparable, type Weighed, weigh } from '../../core/deciding/conflict.ts';
import type { ElementDefinition } from '../../core/dictionary/document.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import { guardHolds } from '../../core/machine/guards.ts';
import type { StandingValue } from '../../store/engine/standing-values.ts';
import type { PersonKeys } from '../remember-keys.ts';
import type { Batch } from './batch.ts';
import type { Said, Verdict } from './judge.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';

export interface WeighedValue extends Weighed {
  element: string;
  said: unknown;
  /** Of what was said, as conflict rules compare it. */
  commit: Buffer;
  equal: boolean;
  turnedDown: boolean;
  /** What held until now. */
  present: StandingValue | null;
}

type Claimed = Pick<Said, 'source' | 'connection' | 'by' | 'occurredAt' | 'data'>;

/** All that the event carries; nothing of somebody who was erased. */
export function weighValues(batch: Batch, subject: WorkingSubject, said: Claimed): WeighedValue[] {
  const { keys } = subject;
  return keys
    ? Object.keys(said.data).map((element) => {
        const found = weighed(batch, subject, said, element, keys);
        return isOldNews(batch, subject, said, found) ? { ...found, value: 'kept', conflict: false } : found;
      })
    : [];
}

/** Values that are kept out, and that somebody must look at, of those named here; the event is about these, so they are no old news. */
export function disputedValues(
  batch: Batch,
  subject: WorkingSubject,
  said: Claimed,
  elements: readonly string[],
): WeighedValue[] {
  const { keys } = subject;
  if (!keys) return [];
  const carried = elements.filter((element) => Object.hasOwn(said.data, element));
  return carried
    .map((element) => weighed(batch, subject, said, element, keys))
    .filter(({ value, conflict }) => value === 'kept' && conflict);
}

/** A transition that needs a value does not happen on the word of a system that may not give it. */
export function withoutDisputed(batch: Batch, subject: WorkingSubject, said: Said, verdict: Verdict): Verdict {
  if (verdict.kind !== 'applied' || subject.version === 0) return verdict;
  const { state, facts } = subject.place;
  const edge = subject.machine.edges
    .get(state)
    ?.find((one) => one.event === verdict.transition.type && guardHolds(one.guard, facts));
  const disputed = disputedValues(batch, subject, said, edge?.meta.requires ?? []).map((one) => one.element);
  if (disputed.length === 0) return verdict;
  const detail = `"${verdict.transition.type}" needs ${disputed.join(', ')}, of which another value holds; a person settles it`;
  return {
    kind: 'refused',
    code: 'element_conflict',
    detail: { detail, state, allowed: [], elements: disputed },
    diverges: false,
  };
}

/** Equal for equal values, and worthless without the person's key. */
export const commitmentOf = (
  { context }: Batch,
  keys: PersonKeys,
  definition: Pick<ElementDefinition, 'type' | 'of' | 'name'>,
  value: unknown,
): Buffer => context.vault.commit(keys, { [definition.name]: comparable(definition, value) });

/** What is not in the dictionary does not get in; what was let in before it was taken out follows its last word. */
export const definitionOf = (
  { context }: Batch,
  element: string,
): Pick<ElementDefinition, 'type' | 'of' | 'name' | 'goldenSource' | 'conflict'> =>
  context.dictionary.element(element) ?? {
    name: element,
    type: 'string',
    goldenSource: 'operator',
    conflict: 'latest_wins',
  };

export const valueKey = (subject: string, element: string): string => `${subject} ${element}`;

function weighed(
  batch: Batch,
  subject: WorkingSubject,
  said: Claimed,
  element: string,
  keys: PersonKeys,
): WeighedValue {
  const definition = definitionOf(batch, element);
  const commit = commitmentOf(batch, keys, definition, said.data[element]);
  const present = batch.loaded.values.get(valueKey(subject.id, element)) ?? null;
  const equal = present !== null && commit.equals(present.value_commit);
  const turnedDown = present?.turned_down.includes(commit.toString('hex')) ?? false;
  const standing = present && {
    source: present.source,
    by: present.by_kind as SystemKind,
    at: Date.parse(present.occurred_at),
    settled: present.settled_by !== null,
  };
  const { source, by } = said;
  const saying = { source, by, at: Date.parse(said.occurredAt), equal, turnedDown };
  const { value, conflict } = weigh(definition, standing, saying);
  return { element, said: said.data[element], commit, equal, turnedDown, present, value, conflict };
}

/** While a write of ours is on its way to a system, that says what it is about to be cured of. */
function isOldNews(
  { loaded, ledger }: Batch,
  subject: WorkingSubject,
  { connection }: Claimed,
  { present, commit, equal, turnedDown }: WeighedValue,
): boolean {
  if (connection === null || equal || (!turnedDown && !present?.previous_commit?.equals(commit))) return false;
  const lane = laneKey(subject.id, connection);
  const open = (one: { subject_id: string; connection_id: string; status: string }): boolean =>
    laneKey(one.subject_id, one.connection_id) === lane && (one.status === 'ready' || one.status === 'leased');
  return loaded.open.some(open) || ledger.writebacks.some(open);
}
