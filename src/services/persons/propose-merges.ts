// Finds persons who may be one human and proposes it: an incident with the evidence, never a merge by itself.

import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { type Evidence, isNameAlone, similarity, suggests, trigrams } from '../../core/persons/likeness.ts';
import type { Tx } from '../../store/database/database.ts';
import {
  type ComparedPerson,
  findAlike,
  findAsked,
  findUncompared,
  type Indexes,
  type LikePerson,
  markCompared,
  takeComparingTurn,
} from '../../store/persons/duplicates.ts';
import { openIncidents } from '../../store/settling/incidents.ts';
import type { Context } from '../context.ts';
import { inDecision } from '../settling/in-decision.ts';
import { nameIndex, phoneIndex } from './person-indexes.ts';

const compared = ['candidate.firstName', 'candidate.lastName', 'candidate.phone'];

/** Compares whoever became known since, with everybody. Returns how many were compared. */
export async function proposeMerges(context: Context): Promise<number> {
  const due = await findUncompared(context.database.engine, compared, limits.compareRowsMax);
  for (let at = 0; at < due.length; at += limits.comparedAtOnceMax) {
    const some = due.slice(at, at + limits.comparedAtOnceMax);
    await inDecision(context, async (tx) => {
      await takeComparingTurn(tx);
      for (const person of some) await compare(context, tx, person);
    });
  }
  return due.length;
}

/** The incident of a pair has one key, whoever was compared with whom. */
export const duplicateKey = (one: string, other: string): string => `duplicate/${[one, other].sort().join('/')}`;

interface Known {
  name: Set<string>;
  phone: string | null;
}

/** Marked at once: the next one of the same transaction must find it. */
async function compare(context: Context, tx: Tx, person: ComparedPerson): Promise<void> {
  const known = knownOf(context, person);
  const indexes = indexesOf(context, person, known);
  const alike = await findAlike(tx, person.id, indexes, compared, limits.alikeRowsMax);
  const found = alike.map((other) => ({ other, evidence: evidenceOf(known, other, knownOf(context, other)) }));
  const asked = await findAsked(
    tx,
    found.map(({ other }) => duplicateKey(person.id, other.id)),
  );
  const named = found.filter(({ evidence }) => isNameAlone(evidence)).length;
  const proposals = found
    .filter(({ evidence }) => suggests(evidence))
    // A name that many share says nothing of who they are.
    .filter(({ evidence }) => !isNameAlone(evidence) || named <= limits.namesakesMax)
    .filter(({ other }) => !asked.has(duplicateKey(person.id, other.id)));
  const subject = person.values[0]?.subject ?? null;
  await openIncidents(
    tx,
    proposals.map(({ other, evidence }) => ({
      id: context.newId('inc'),
      kind: 'duplicate_profile' as const,
      key: duplicateKey(person.id, other.id),
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
    })),
  );
  await markCompared(tx, person.id, indexes);
}

const evidenceOf = (mine: Known, other: LikePerson, theirs: Known): Evidence => ({
  email: other.email,
  phone: other.phone,
  otherPhone: !other.phone && mine.phone !== null && theirs.phone !== null,
  name: similarity(mine.name, theirs.name),
});

/** Only in memory: what the indexes are made of is under each person's own key. Somebody who cannot be read holds up nobody. */
function knownOf(context: Context, person: ComparedPerson): Known {
  if (person.values.length === 0) return { name: new Set(), phone: null };
  try {
    return read(context, person);
  } catch {
    context.log.error(
      { object: person.id },
      'what is known of a person cannot be read; it is compared by its address alone',
    );
    return { name: new Set(), phone: null };
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

const indexesOf = ({ vault }: Context, person: ComparedPerson, { name, phone }: Known): Indexes => ({
  email: person.email_index,
  phone: phone === null ? null : phoneIndex(vault, phone),
  name: nameIndex(vault, name),
});
