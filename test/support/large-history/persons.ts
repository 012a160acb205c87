// Whom a generated history is about: made-up people whose values are sealed and indexed as the service itself does it.
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { PersonId } from '../../../src/core/ids.ts';
import { trigrams } from '../../../src/core/persons/likeness.ts';
import { nameIndex, phoneIndex } from '../../../src/services/persons/person-indexes.ts';
import type { Vault } from '../../../src/services/vault.ts';

const firstNames =
  'Ada Alan Amina Ben Carla Chidi Dana Elif Emil Farah Greta Hana Hugo Ines Ivan Jada Jonas Kaito Lea Luca Mara Mateo Mina Noor Omar Paula Quinn Rosa Sami Tara'.split(
    ' ',
  );
const familyStems =
  'Acker Berg Castel Dorn Eklund Ferrar Gold Hassan Iwan Jensen Kaya Lind Moreau Novak Okon Petrov Quist Rossi Silva Tanaka Umar Varga Weiss Yilmaz Zhang'.split(
    ' ',
  );
const familyEnds = ['', 'er', 'mann', 'sen', 'ova', 'ini', 'son', 'ski', 'wood', 'ley'];

/** The nth of these people; every text can be searched for. */
export function madeUpPerson(nth: number): { first: string; last: string; email: string; phone: string } {
  const first = firstNames[nth % firstNames.length] ?? '';
  const family = Math.floor(nth / firstNames.length);
  const stem = familyStems[family % familyStems.length] ?? '';
  const end = familyEnds[Math.floor(family / familyStems.length) % familyEnds.length] ?? '';
  return {
    first,
    last: `${stem}${end}`,
    email: `${first}.${stem}${end}.${nth}@example.com`.toLowerCase(),
    phone: `+49 30 ${String(10_000_000 + nth)}`,
  };
}

/** The name of the nth is that of the one so many before. */
export const namesRepeatAfter = firstNames.length * familyStems.length * familyEnds.length;

/** In SQL: the first who has the name of the nth. */
export const namesake = (nth: string): string => `1 + (${nth} - 1) % ${namesRepeatAfter}`;

/** Persons after the first `sealed`: indexes of their own, and keys of another one's that open nothing. */
export async function copyPersons(client: pg.Client, sealed: number, count: number): Promise<void> {
  await client.query(
    `insert into person (id, data_key, commit_key, master_key_id, email_index, phone_index, name_index, compared_at, created_at)
     select 'per_0' || lpad(n::text, 25, '0'), p.data_key, p.commit_key, p.master_key_id, sha256(convert_to('email ' || n, 'UTF8')),
       sha256(convert_to('phone ' || n, 'UTF8')), p.name_index, now(), now() - interval '1 year'
     from generate_series($1::int + 1, $2::int) n join (
       select right(id, 25)::int as m, * from person where right(id, 25)::int <= ${namesRepeatAfter}) p on p.m = ${namesake('n')} order by n`,
    [sealed, count],
  );
}

export const numbered = (prefix: string, nth: number): string => `${prefix}_0${String(nth).padStart(25, '0')}`;

const batch = 5_000;

/** Persons 1 to `count`, and their values in the table `filling_value` for the subjects of the same numbers. */
export async function fillPersons(client: pg.Client, vault: Vault, count: number): Promise<void> {
  await client.query(
    'create unlogged table filling_value (n int not null, element text not null, value_ct bytea not null, value_commit bytea not null)',
  );
  const bandsOf = rememberBands(vault);
  for (let from = 1; from <= count; from += batch) {
    const persons = Array.from({ length: Math.min(batch, count - from + 1) }, (_, at) =>
      sealed(vault, from + at, bandsOf),
    );
    await client.query(
      `insert into person (id, data_key, commit_key, master_key_id, email_index, phone_index, name_index, compared_at, created_at)
       select id, data_key, commit_key, '${vault.masterKeyId}', email_index, phone_index, name_index, now(), now() - interval '1 year'
       from json_populate_recordset(null::person, $1::json)`,
      [JSON.stringify(persons.map(({ row }) => row))],
    );
    await client.query(
      'insert into filling_value select * from json_populate_recordset(null::filling_value, $1::json)',
      [JSON.stringify(persons.flatMap(({ values }) => values))],
    );
  }
}

function sealed(vault: Vault, nth: number, bandsOf: (name: string) => readonly number[]) {
  const id = numbered('per', nth) as PersonId;
  const subject = numbered('sub', nth);
  const { keys, wrapped } = vault.newPerson(id);
  vault.forget(id);
  const { first, last, email, phone } = madeUpPerson(nth);
  const said = {
    'candidate.firstName': first,
    'candidate.lastName': last,
    'candidate.email': email,
    'candidate.phone': phone,
  };
  return {
    row: {
      id,
      data_key: hex(wrapped.data_key),
      commit_key: hex(wrapped.commit_key),
      email_index: hex(vault.emailIndex(email)),
      phone_index: hex(phoneIndex(vault, phone) ?? Buffer.alloc(0)),
      name_index: bandsOf(`${first} ${last}`),
    },
    values: Object.entries(said).map(([element, value]) => ({
      n: nth,
      element,
      value_ct: hex(vault.sealJson(keys.dataKey, ['element_value', element, subject], value)),
      value_commit: hex(randomBytes(32)),
    })),
  };
}

/** Names repeat, and the index of one costs more than everything else here. */
function rememberBands(vault: Vault): (name: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (name) => {
    const found = known.get(name) ?? nameIndex(vault, trigrams(name));
    known.set(name, found);
    return found;
  };
}

const hex = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;
