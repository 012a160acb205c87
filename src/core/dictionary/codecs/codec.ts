// What a codec is: a named, pure translation of one value between a vendor's form and the dictionary's, both ways.
import type { z } from 'zod';
import type { ElementDefinition } from '../document.ts';

export type CodecFault =
  | 'wrong_type'
  | 'wrong_format'
  | 'out_of_range'
  | 'unknown_value'
  /** The value has two readings. */
  | 'ambiguous'
  /** It cannot be read without another value, such as a currency, that is not there. */
  | 'incomplete'
  /** Ours has no exact equal in the vendor's form, and rounding was not asked for. */
  | 'not_exact';

/** The detail names the rule, never the value: it may be personal. */
export type Coded<T = unknown> = { ok: true; value: T } | { ok: false; code: CodecFault; detail: string };

/** Values of other elements of the same thing, by name: what a currency or the top of a scale is looked up in. */
export type Beside = Readonly<Record<string, unknown>>;

export interface Codec {
  /** From the vendor's form to ours. */
  decode(theirs: unknown, beside: Beside): Coded;
  /** From ours to the vendor's form. What is encoded decodes to the same again, or is refused. */
  encode(ours: unknown, beside: Beside): Coded;
  /** Types of elements that the decoded value fits. */
  gives: readonly ElementDefinition['type'][];
  /** Elements that must be at hand. */
  needs?: readonly string[];
  /** The parts of a codec that speaks of several elements at once, such as `first` and `last`. */
  parts?: readonly string[];
  /** What of an element's definition this codec does not fit; null when it fits. */
  misfits?(element: ElementDefinition): string | null;
}

/** A codec before it is told its arguments. */
export interface CodecFamily<Arguments = unknown> {
  /** One sentence for `dictionary check` and the README. */
  summary: string;
  arguments: z.ZodType<Arguments>;
  build(given: Arguments): Codec;
}

export const right = <T>(value: T): Coded<T> => ({ ok: true, value });
export const wrong = (code: CodecFault, detail: string): Extract<Coded, { ok: false }> => ({ ok: false, code, detail });

/** Ties a family's arguments to its build function without naming the type twice. */
export const family = <Arguments>(one: CodecFamily<Arguments>): CodecFamily<Arguments> => one;
