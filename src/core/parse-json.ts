// Parses JSON from outside: strict UTF-8, bounded depth, and no keys that reach into JavaScript's own objects.
import { limits } from './limits.ts';

export type ParsedJson = { ok: true; value: unknown } | { ok: false; code: 'not_utf8' | 'not_json' | 'too_deep' | 'forbidden_key'; detail: string };

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

export function parseJson(body: Uint8Array | string): ParsedJson {
  const text = typeof body === 'string' ? body : decode(body);
  if (text === null) return { ok: false, code: 'not_utf8', detail: 'The body is not UTF-8' };
  const depth = depthOf(text);
  if (depth > limits.jsonDepthMax) return { ok: false, code: 'too_deep', detail: `The body is nested ${depth} deep; ${limits.jsonDepthMax} is the most` };
  let forbidden: string | null = null;
  try {
    const value: unknown = JSON.parse(text, function (this: unknown, key: string, inner: unknown) {
      if (forbiddenKeys.has(key) && !Array.isArray(this)) forbidden = key;
      return inner;
    });
    if (forbidden !== null) return { ok: false, code: 'forbidden_key', detail: `The key "${forbidden}" is not taken` };
    return { ok: true, value };
  } catch (error) {
    // V8's message may quote the body; only its position is safe to repeat.
    const position = /position (\d+)/.exec(String((error as Error).message))?.[1];
    return { ok: false, code: 'not_json', detail: position ? `The body is not JSON: it goes wrong at character ${position}` : 'The body is not JSON' };
  }
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
