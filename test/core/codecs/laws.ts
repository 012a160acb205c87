// What every codec must keep to, as a property: what is encoded decodes to the same, and a fault never repeats the value.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Beside, Codec } from '../../../src/core/dictionary/codecs/codec.ts';
import { buildCodec, type CodecName } from '../../../src/core/dictionary/codecs/index.ts';

export function codecOf(name: CodecName, given: unknown = {}): Codec {
  const built = buildCodec(name, given);
  if (!built.ok) throw new Error(JSON.stringify(built.faults));
  return built.codec;
}

export const faultsOf = (name: CodecName, given: unknown): string[] => {
  const built = buildCodec(name, given);
  return built.ok ? [] : built.faults.map(({ path, rule }) => `${path.join('.')}: ${rule}`);
};

/** The value, or the code of its fault. */
export const decoded = (codec: Codec, value: unknown, beside: Beside = {}): unknown => {
  const read = codec.decode(value, beside);
  return read.ok ? read.value : read.code;
};
export const encoded = (codec: Codec, value: unknown, beside: Beside = {}): unknown => {
  const written = codec.encode(value, beside);
  return written.ok ? written.value : written.code;
};

/** decode(encode(ours)) is ours, for all of ours in the domain. */
export function bothWays<T>(codec: Codec, ours: fc.Arbitrary<T>, beside: Beside = {}): void {
  fc.assert(
    fc.property(ours, (value) => {
      const written = codec.encode(value, beside);
      expect(written).toMatchObject({ ok: true });
      expect(written.ok && codec.decode(written.value, beside)).toEqual({ ok: true, value });
    }),
    { numRuns: 300 },
  );
}

/** encode(decode(theirs)) is theirs, for all of theirs in the domain. */
export function bothWaysFromThem<T>(codec: Codec, theirs: fc.Arbitrary<T>, beside: Beside = {}): void {
  fc.assert(
    fc.property(theirs, (value) => {
      const read = codec.decode(value, beside);
      expect(read).toMatchObject({ ok: true });
      expect(read.ok && codec.encode(read.value, beside)).toEqual({ ok: true, value });
    }),
    { numRuns: 300 },
  );
}

/** Whatever comes, nothing throws, and what is read is written and read the same again. */
export function neverGuesses(codec: Codec, beside: Beside = {}): void {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), fc.double(), fc.date().map(String)), (value) => {
      const read = codec.decode(value, beside);
      if (!read.ok) {
        if (typeof value === 'string' && value.length > 12) expect(read.detail).not.toContain(value);
        return;
      }
      const written = codec.encode(read.value, beside);
      if (written.ok) expect(codec.decode(written.value, beside)).toEqual(read);
    }),
    { numRuns: 500 },
  );
}
