// The places of a payload that a mapping knows, as a tree: every payload is compared with all of them at once.

/** A known place ends here, or lies further down; `*` stands for any one token. */
export interface KnownPlaces {
  ends: boolean;
  below: ReadonlyMap<string, KnownPlaces>;
}

interface Growing {
  ends: boolean;
  below: Map<string, Growing>;
}

/** A tree of patterns, each as reference tokens; what lies below a pattern's end is known too. */
export function knownPlaces(patterns: readonly (readonly string[])[]): KnownPlaces {
  const root: Growing = { ends: false, below: new Map() };
  for (const pattern of patterns) {
    let at = root;
    for (const token of pattern) {
      const next = at.below.get(token) ?? { ends: false, below: new Map() };
      at.below.set(token, next);
      at = next;
    }
    at.ends = true;
  }
  return root;
}

/** One token further down, from every place that fits so far. */
export const stepInto = (places: readonly KnownPlaces[], token: string): KnownPlaces[] =>
  places.flatMap(({ below }) => {
    const [exact, any] = [below.get(token), token === '*' ? undefined : below.get('*')];
    return exact && any ? [exact, any] : exact ? [exact] : any ? [any] : [];
  });
