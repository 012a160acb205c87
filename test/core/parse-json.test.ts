// JSON from outside: what is taken, what is refused and under which code, and that a refusal quotes nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { parseJson } from '../../src/core/parse-json.ts';

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('taken', () => {
  test.each<[string, unknown]>([
    ['{"a":[1,true,null,"x"]}', { a: [1, true, null, 'x'] }],
    ['"[[[["', '[[[['],
    ['"\\\\\\"[{"', '\\"[{'],
    ['"Zo\u00eb \u{1f600}"', 'Zoë 😀'],
    ['"\\ud83d\\ude00"', '😀'],
    ['{"proto":1,"constructed":2}', { proto: 1, constructed: 2 }],
    ['{"a":"__proto__"}', { a: '__proto__' }],
    [' \n0', 0],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual({ ok: true, value });
    expect(parseJson(Buffer.from(text))).toEqual({ ok: true, value });
  });

  test('nesting up to the limit', () => {
    expect(parseJson(deep(limits.jsonDepthMax)).ok).toBe(true);
  });

  test('whatever JSON.stringify writes, but for what is forbidden', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const parsed = parseJson(JSON.stringify(value));
        if (parsed.ok) expect(parsed.value).toEqual(JSON.parse(JSON.stringify(value)));
        else expect(['forbidden_key', 'forbidden_character']).toContain(parsed.code);
      }),
    );
  });
});

describe('refused', () => {
  test.each<[what: string, body: string | Uint8Array, code: string, detail: string]>([
    ['half a character', Uint8Array.of(0x22, 0xc3, 0x22), 'not_utf8', 'The body is not UTF-8'],
    ['an encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'not_utf8', 'The body is not UTF-8'],
    ['nothing', '', 'not_json', 'The body is not JSON: it goes wrong at character 0'],
    ['an early end', '{"a":1', 'not_json', 'The body is not JSON: it goes wrong at character 6'],
    ['a comma too many', '[1,]', 'not_json', 'The body is not JSON: it goes wrong at character 3'],
    ['something behind it', '{} x', 'not_json', 'The body is not JSON: it goes wrong at character 3'],
    ['not a number', 'NaN', 'not_json', 'The body is not JSON: it goes wrong at character 0'],
    [
      'one level too deep',
      deep(limits.jsonDepthMax + 1),
      'too_deep',
      `The body is nested ${limits.jsonDepthMax + 1} deep; ${limits.jsonDepthMax} is the most`,
    ],
    ['a prototype', '{"a":{"__proto__":{"admin":true}}}', 'forbidden_key', 'The key "__proto__" is not taken (in /a)'],
    [
      'a prototype in other letters',
      '{"__pr\\u006fto__":1}',
      'forbidden_key',
      'The key "__proto__" is not taken (in the body)',
    ],
    ['a constructor', '[{"constructor":1}]', 'forbidden_key', 'The key "constructor" is not taken (in /0)'],
    ['U+0000 in a value', '{"a":["x\\u0000"]}', 'forbidden_character', '/a/0 holds U+0000 or half of a surrogate pair'],
    [
      'U+0000 in a key',
      '{"a\\u0000":1}',
      'forbidden_character',
      'A key in the body holds U+0000 or half of a surrogate pair',
    ],
    ['half of a pair', '"\\ud83d"', 'forbidden_character', 'The body holds U+0000 or half of a surrogate pair'],
  ])('%s', (_, body, code, detail) => {
    expect(parseJson(body)).toEqual({ ok: false, code, detail });
  });

  test('a million brackets, at once and without running out of stack', () => {
    const startedAt = performance.now();
    expect(parseJson('['.repeat(1_000_000))).toMatchObject({ code: 'too_deep' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('never quotes the body: it may hold somebody’s name', () => {
    expect(JSON.stringify(parseJson('{"name":"Ada Lovelace" "email":"ada@example.com"}'))).not.toMatch(
      /Ada|Lovelace|example/,
    );
  });
});
