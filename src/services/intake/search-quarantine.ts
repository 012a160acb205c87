// Looks through payloads that nobody understood for a person: by the addresses and the names of systems that are known.
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { placesOf, type RawPayload, rawPayloads } from '../../store/persons/erasure.ts';
import { keysOf } from '../../store/persons/persons.ts';
import { refsOf } from '../../store/reports/persons.ts';
import { findSubject, storedValues } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';

/** Short ids are in every payload. */
const refCharsMin = 4;

interface Needles {
  /** In lower case; found anywhere. */
  texts: string[];
  /** Found as whole words, in payloads of a connection that uses the ids of that system. */
  refs: { system: string; word: RegExp }[];
}

/** Events in quarantine that speak of the person, as far as one can tell. `more`: there were too many to look at all of them. */
export async function findMentions(context: Context, person: PersonId): Promise<{ events: string[]; more: boolean }> {
  const needles = await needlesOf(context, person);
  const systems = await systemsOf(context);
  const events: string[] = [];
  if (needles.texts.length + needles.refs.length === 0) return { events, more: false };
  let before: { received_at: string; id: string } | null = null;
  for (let seen = 0; seen < limits.quarantineSearchMax; seen += limits.pageRowsMax) {
    const page: RawPayload[] = await rawPayloads(context.database.engine, before, limits.pageRowsMax);
    for (const payload of page) {
      const known = systems.get(payload.source) ?? [payload.source.replace(/^connection:/, '')];
      if (mentions(textOf(context, payload), known, needles)) events.push(payload.id);
    }
    before = page.at(-1) ?? null;
    if (page.length < limits.pageRowsMax) return { events, more: false };
  }
  return { events, more: true };
}

async function needlesOf(context: Context, person: PersonId): Promise<Needles> {
  const db = context.database.engine;
  const { subjects } = await placesOf(db, person);
  const texts = new Set<string>();
  for (const subject of subjects) {
    // Linked persons are one human, and each has keys of its own.
    const owner = (await findSubject(db, subject))?.person_id as PersonId | undefined;
    const wrapped = owner && (await keysOf(db, [owner])).get(owner);
    const keys = owner && wrapped ? context.vault.unwrap(owner, wrapped) : null;
    for (const { element, value_ct } of await storedValues(db, subject)) {
      if (!keys || !value_ct || context.dictionary.element(element)?.type !== 'email') continue;
      texts.add(
        String(context.vault.unsealJson(keys.dataKey, ['element_value', element, subject], value_ct)).toLowerCase(),
      );
    }
  }
  const refs = (await refsOf(db, subjects))
    .filter(({ ref }) => ref.length >= refCharsMin)
    .map(({ system, ref }) => ({ system, word: wordOf(ref) }));
  return { texts: [...texts], refs };
}

const wordOf = (ref: string): RegExp =>
  new RegExp(`(?<![\\w-])${ref.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`);

/** The body, with JSON's escapes resolved where it is JSON. */
function textOf(context: Context, payload: RawPayload): string {
  const keys = context.vault.unwrap(payload.person_id as PersonId, payload);
  if (!keys) return '';
  const place = ['event', 'payload_ct', payload.id] as const;
  const { body } = context.vault.unsealJson(keys.dataKey, place, payload.payload_ct) as { body?: string };
  const text = Buffer.from(body ?? '', 'base64').toString('utf8');
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Whose ids the payloads of a source hold: its own, and those of the system that it speaks about. */
async function systemsOf(context: Context): Promise<Map<string, string[]>> {
  const connections = await context.connections.load(context.database.engine);
  return new Map(
    connections.map(({ id, adapter, settings }) => [
      `connection:${id}`,
      [id, ...[adapter.refSystem?.(settings)].filter((system) => system !== undefined)],
    ]),
  );
}

function mentions(text: string, systems: readonly string[], { texts, refs }: Needles): boolean {
  const lower = text.toLowerCase();
  return (
    texts.some((one) => lower.includes(one)) ||
    refs.some(({ system, word }) => systems.includes(system) && word.test(text))
  );
}
