// windows-1252 both ways (WHATWG Encoding, index windows-1252), since runtimes differ in what they take it for.

/** Characters of the bytes 0x80 to 0x9f; five of them have none. */
const upper =
  '\u20ac\0\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\0\u017d\0\0\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\0\u017e\u0178';

/** Null for bytes that have no character. */
export function decodeWindows1252(bytes: Buffer): string | null {
  let known = true;
  const text = bytes.toString('latin1').replace(/[\x80-\x9f]/g, (byte) => {
    const character = upper[byte.charCodeAt(0) - 0x80] ?? '\0';
    known &&= character !== '\0';
    return character;
  });
  return known ? text : null;
}

/** Null for characters that have no byte: a name with question marks in it would be another name. */
export function encodeWindows1252(text: string): Buffer | null {
  const bytes = Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80 || (code >= 0xa0 && code <= 0xff)) return code;
    const at = code === 0 ? -1 : upper.indexOf(character);
    return at < 0 ? -1 : 0x80 + at;
  });
  return bytes.includes(-1) ? null : Buffer.from(bytes);
}
