// Keys of the persons met last, side by side in one block: as Buffers of their own they would take some two kilobytes a person, since each
// keeps the eight of Node's pool alive that it was cut from.
import type { PersonId } from '../core/ids.ts';

export interface PersonKeys {
  dataKey: Buffer;
  commitKey: Buffer;
}

export interface RememberedKeys {
  /** Copies: the place may be another person's by the time they are used. */
  get(person: PersonId): PersonKeys | undefined;
  /** The one that was set first makes room. */
  set(person: PersonId, keys: PersonKeys): void;
  /** And nothing of them stays in memory here. */
  forget(person: PersonId): void;
}

const keyBytes = 32;
const placeBytes = 2 * keyBytes;

export function rememberKeys(personsMax: number): RememberedKeys {
  const block = Buffer.alloc(personsMax * placeBytes);
  const places = new Map<PersonId, number>();
  const owners: (PersonId | undefined)[] = [];
  let next = 0;

  const forget = (person: PersonId): void => {
    const place = places.get(person);
    if (place === undefined) return;
    places.delete(person);
    owners[place] = undefined;
    block.fill(0, place * placeBytes, (place + 1) * placeBytes);
  };
  const placeFor = (person: PersonId): number => {
    const [place, before] = [next, owners[next]];
    if (before !== undefined) forget(before);
    next = (next + 1) % personsMax;
    const name = inOnePiece(person);
    places.set(name, place);
    owners[place] = name;
    return place;
  };
  const keyAt = (at: number): Buffer => Buffer.from(block.subarray(at, at + keyBytes));
  return {
    get(person) {
      const place = places.get(person);
      if (place === undefined) return undefined;
      const at = place * placeBytes;
      return { dataKey: keyAt(at), commitKey: keyAt(at + keyBytes) };
    },
    set(person, { dataKey, commitKey }) {
      const place = places.get(person) ?? placeFor(person);
      block.set(dataKey, place * placeBytes);
      block.set(commitKey, place * placeBytes + keyBytes);
    },
    forget,
  };
}

/** A text that was put together of parts keeps them all, which takes three times the room. */
const inOnePiece = (person: PersonId): PersonId => Buffer.from(person, 'latin1').toString('latin1') as PersonId;
