// Parses JSON from outside: strict UTF-8, bounded depth, and nothing that reaches into JavaScript's own objects or that no database can keep.
import { findJsonFault } from './json-fault.ts';
import { limits } from './limits.ts';

export type ParsedJson =
  | { ok: true; value: unknown }
  | { ok: false; code: 'not_utf8' | 'not_json' | 'too_deep' | 'forbidden_key' | 'forbidden_character'; detail: string };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
/** A text without any of these needs no second look; an escape may spell anything. */
const suspicious = /__proto__|constructor|prototype|\\u/;
/** PostgreSQL keeps neither U+0000 nor half of a surrogate pair. */
const unkeepable = /\0|\p{Surrogate}/u;

export function parseJson(body: Uint8Array | string): ParsedJson {
  const text = typeof body === 'string' ? body : decode(body);
  if (text === null) return { ok: false, code: 'not_utf8', detail: 'The body is not UTF-8' };
  const depth = depthOf(text);
  if (depth > limits.jsonDepthMax)
    return {
      ok: false,
      code: 'too_deep',
      detail: `The body is nested ${depth} deep; ${limits.jsonDepthMax} is the most`,
    };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message may quote the body, and seldom says where.
    return {
      ok: false,
      code: 'not_json',
      detail: `The body is not JSON: it goes wrong at character ${findJsonFault(text)}`,
    };
  }
  return (suspicious.test(text) ? findForbidden(value, '') : null) ?? { ok: true, value };
}

function decode(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

/** Deepest nesting of a JSON text, without parsing it: a parser would recurse first. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth -= 1;
  }
  return deepest;
}

/** Recurses no deeper than `limits.jsonDepthMax`. */
function findForbidden(value: unknown, pointer: string): Extract<ParsedJson, { ok: false }> | null {
  if (typeof value === 'string') {
    return unkeepable.test(value)
      ? {
          ok: false,
          code: 'forbidden_character',
          detail: `${pointer || 'The body'} holds U+0000 or half of a surrogate pair`,
        }
      : null;
  }
  if (value === null || typeof value !== 'object') return null;
  for (const [key, member] of Object.entries(value)) {
    if (forbiddenKeys.has(key))
      return {
        ok: false,
        code: 'forbidden_key',
        detail: `The key "${key}" is not taken (in ${pointer || 'the body'})`,
      };
    if (unkeepable.test(key))
      return {
        ok: false,
        code: 'forbidden_character',
        detail: `A key in ${pointer || 'the body'} holds U+0000 or half of a surrogate pair`,
      };
    const found = findForbidden(member, `${pointer}/${key}`);
    if (found) return found;
  }
  return null;
}
