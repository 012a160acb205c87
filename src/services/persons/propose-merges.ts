// Finds persons who may be one human and proposes it: an incident with the evidence, never a merge by itself.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Evidence, isNameAlone, similarity, suggests, trigrams } from '../../core/persons/likeness.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type ComparedPerson,
  findAlike,
  findAsked,
  findUncompared,
  type Indexed,
  type LikePerson,
  markCompared,
  takeComparingTurn,
} from '../../store/persons/duplicates.ts';
import { type NewIncident, openIncidents } from '../../store/settling/incidents.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import { nameIndex, phoneIndex } from './person-indexes.ts';

const compared = ['candidate.firstName', 'candidate.lastName', 'candidate.phone'];

/**
 * Compares whoever became known since, with everybody, until `signal`. Returns how many were compared. What it costs grows with how many are
 * known, and nobody waits for it: no more than `limits.compareShare` of the time goes into it.
 */
export async function proposeMerges(context: Context, signal?: AbortSignal): Promise<number> {
  const due = await findUncompared(context.database.engine, compared, limits.compareRowsMax);
  let done = 0;
  while (done < due.length && !signal?.aborted) {
    const some = due.slice(done, done + limits.comparedAtOnceMax);
    const began = performance.now();
    await inDecision(context, async (tx) => {
      await takeComparingTurn(tx);
      await compare(context, tx, some);
    });
    done += some.length;
    const restMs = (performance.now() - began) * (1 / limits.compareShare - 1);
    await sleep(Math.min(restMs, limits.comparePauseMsMax), null, signal ? { signal } : {}).catch(() => {});
  }
  return done;
}

/** The incident of a pair has one key, whoever was compared with whom. */
export const duplicateKey = (one: string, other: string): string => `duplicate/${[one, other].sort().join('/')}`;

interface Known {
  name: Set<string>;
  phone: string | null;
}

const nothing: Known = { name: new Set(), phone: null };

interface Proposal {
  key: string;
  person: ComparedPerson;
  other: LikePerson;
  evidence: Evidence;
}

/** In id order, each with everybody who was marked before, those of the same group with a smaller id among them. */
async function compare(context: Context, tx: Tx, persons: readonly ComparedPerson[]): Promise<void> {
  const known = new Map(persons.map((person) => [person.id, knownOf(context, person)]));
  const mine = (person: ComparedPerson): Known => known.get(person.id) ?? nothing;
  const indexed = persons.map((person) => indexedOf(context, person, mine(person)));
  const alike = await findAlike(tx, indexed, compared, limits.alikeRowsMax);
  // Many are like several of them, and reading is dear: what is sealed has to be opened.
  const others = new Map<string, Known>();
  for (const other of alike) if (!others.has(other.id)) others.set(other.id, knownOf(context, other));
  const suggested = persons.flatMap((person) =>
    suggestionsFor(
      person,
      alike
        .filter((other) => other.person === person.id)
        .map((other) => ({ other, evidence: evidenceOf(mine(person), other, others.get(other.id) ?? nothing) })),
    ),
  );
  const asked = await findAsked(
    tx,
    suggested.map(({ key }) => key),
  );
  const proposals = new Map<string, Proposal>();
  for (const one of suggested) if (!asked.has(one.key) && !proposals.has(one.key)) proposals.set(one.key, one);
  await openIncidents(
    tx,
    [...proposals.values()].map((one) => incidentOf(context, one)),
  );
  await markCompared(tx, indexed);
}

/** A name that many share says nothing of who they are. */
function suggestionsFor(person: ComparedPerson, found: readonly Pick<Proposal, 'other' | 'evidence'>[]): Proposal[] {
  const named = found.filter(({ evidence }) => isNameAlone(evidence)).length;
  return found
    .filter(({ evidence }) => suggests(evidence) && (!isNameAlone(evidence) || named <= limits.namesakesMax))
    .map(({ other, evidence }) => ({ key: duplicateKey(person.id, other.id), person, other, evidence }));
}

function incidentOf(context: Context, { key, person, other, evidence }: Proposal): NewIncident {
  const subject = person.values[0]?.subject ?? null;
  return {
    id: context.newId('inc'),
    kind: 'duplicate_profile',
    key,
    subject_id: subject ?? other.subject,
    connection_id: null,
    writeback_id: null,
    event_id: null,
    owner: 'recruiting operations',
    detail: {
      persons: [person.id, other.id],
      subjects: [subject, other.subject].filter((one) => one !== null),
      evidence: { ...evidence, name: evidence.name === null ? null : Math.round(evidence.name * 100) / 100 },
    },
  };
}

const evidenceOf = (mine: Known, other: LikePerson, theirs: Known): Evidence => ({
  email: other.email,
  phone: other.phone,
  otherPhone: !other.phone && mine.phone !== null && theirs.phone !== null,
  name: similarity(mine.name, theirs.name),
});

/** Only in memory: what the indexes are made of is under each person's own key. Somebody who cannot be read holds up nobody. */
function knownOf(context: Context, person: ComparedPerson): Known {
  if (person.values.length === 0) return nothing;
  try {
    return read(context, person);
  } catch {
    context.log.error(
      { object: person.id },
      'what is known of a person cannot be read; it is compared by its address alone',
    );
    return nothing;
  }
}

function read({ vault }: Context, person: ComparedPerson): Known {
  const keys = vault.unwrap(person.id as PersonId, person);
  const latest = (element: string): string | null => {
    const row = person.values.find((one) => one.element === element);
    if (!keys || !row) return null;
    const value = vault.unsealJson(
      keys.dataKey,
      ['element_value', element, row.subject],
      Buffer.from(row.value, 'hex'),
    );
    return typeof value === 'string' ? value : null;
  };
  const names = [latest('candidate.firstName'), latest('candidate.lastName')].filter((one) => one !== null);
  return { name: trigrams(names.join(' ')), phone: latest('candidate.phone') };
}

const indexedOf = ({ vault }: Context, person: ComparedPerson, { name, phone }: Known): Indexed => ({
  id: person.id,
  email_index: person.email_index,
  phone_index: phone === null ? null : phoneIndex(vault, phone),
  name_index: nameIndex(vault, name),
});
