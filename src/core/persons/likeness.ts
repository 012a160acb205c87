// How alike two persons are: the same address or number, and how much their names have in common; and when that is worth a question.

/**
 * What two persons have in common. `name`: 0 to 1, as pg_trgm counts it; null where one of them has no name.
 * `otherPhone`: each has a number, and they are two.
 */
export interface Evidence {
  email: boolean;
  phone: boolean;
  otherPhone: boolean;
  name: number | null;
}

/** Enough for somebody to look at. A number alone may be a family's, so the names must not be strangers to each other. */
export function suggests(evidence: Evidence): boolean {
  const { email, phone, name } = evidence;
  return email || (phone && (name === null || name >= phoneNameMin)) || isNameAlone(evidence);
}

/** Nothing but the name speaks for it, and no number against it: worth a question only where few share the name. */
export const isNameAlone = ({ email, phone, otherPhone, name }: Evidence): boolean =>
  !email && !phone && !otherPhone && name !== null && name >= nameMin;

const phoneNameMin = 0.3;
const nameMin = 0.8;

/** Groups of three letters, each word with two blanks before and one behind it: `ada` has "  a", " ad", "ada" and "da ". */
export function trigrams(name: string): Set<string> {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const found = new Set<string>();
  for (const word of plain.split(/[^\p{L}\p{N}]+/u)) {
    if (word === '') continue;
    const letters = [...`  ${word} `];
    for (let at = 0; at + 3 <= letters.length; at += 1) found.add(letters.slice(at, at + 3).join(''));
  }
  return found;
}

/** Shared trigrams of all trigrams; null where there are none. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number | null {
  if (a.size === 0 || b.size === 0) return null;
  let shared = 0;
  for (const one of a) if (b.has(one)) shared += 1;
  return shared / (a.size + b.size - shared);
}

/** Bands of a name's index, and how many of its signature's numbers each is made of. */
const bands = 12;
const rows = 4;
const numbersPerKeyedHash = 8;

/**
 * A blind index of a name by which names that are alike can be found: a MinHash signature of its trigrams, cut into bands.
 * Two names of likeness s share one of them with probability 1 − (1 − s⁴)¹²: 99.8 % at 0.8, 0.1 % at 0.1. `keyed`: 32 bytes.
 */
export function nameBands(name: ReadonlySet<string>, keyed: (text: string) => Uint8Array): number[] {
  if (name.size === 0) return [];
  const signature = new Array<number>(bands * rows).fill(0xffffffff);
  for (const trigram of name)
    for (let block = 0; block * numbersPerKeyedHash < signature.length; block += 1) {
      const numbers = new DataView(Uint8Array.from(keyed(`trigram ${block} ${trigram}`)).buffer);
      for (let at = 0; at < numbersPerKeyedHash; at += 1) {
        const place = block * numbersPerKeyedHash + at;
        signature[place] = Math.min(signature[place] as number, numbers.getUint32(at * 4));
      }
    }
  return Array.from({ length: bands }, (_, band) => {
    const text = `band ${band} ${signature.slice(band * rows, (band + 1) * rows).join(' ')}`;
    return new DataView(Uint8Array.from(keyed(text)).buffer).getInt32(0);
  });
}
