// JSON Pointers (RFC 6901): checked, resolved, written, and compared with the index of every array left open.

/** The reference tokens of a pointer, unescaped; null for a text that is no pointer, or one that would reach a prototype. */
export function tokensOf(pointer: string): string[] | null {
  if (!/^(\/([^~/]|~[01])*)*$/.test(pointer)) return null;
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return tokens.some((token) => ['__proto__', 'constructor', 'prototype'].includes(token)) ? null : tokens;
}

export const pointerOf = (tokens: readonly string[]): string =>
  tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The value a pointer leads to; undefined where it leads nowhere. */
export function valueAt(document: unknown, tokens: readonly string[]): unknown {
  let at: unknown = document;
  for (const token of tokens) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) && !isIndex(token)) return undefined;
    if (!Object.hasOwn(at, token)) return undefined;
    at = (at as Record<string, unknown>)[token];
  }
  return at;
}

/** Puts a value where the pointer leads, making objects, and arrays for indexes, on the way. Changes `document`. */
export function putAt(document: Record<string, unknown>, tokens: readonly string[], value: unknown): void {
  let at: Record<string, unknown> | unknown[] = document;
  tokens.forEach((token, index) => {
    const holder = at as Record<string, unknown>;
    const next = tokens[index + 1];
    if (next === undefined) holder[token] = value;
    else {
      const there = Object.hasOwn(holder, token) ? holder[token] : undefined;
      const container = typeof there === 'object' && there !== null ? there : isIndex(next) ? [] : {};
      holder[token] = container;
      at = container as Record<string, unknown>;
    }
  });
}

/** Indexes become `*`: the same field of every item is one field. */
export const collapsed = (tokens: readonly string[]): string[] => tokens.map((token) => (isIndex(token) ? '*' : token));

const isIndex = (token: string): boolean => /^(0|[1-9]\d{0,5})$/.test(token);
