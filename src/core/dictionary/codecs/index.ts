// The closed set of codecs by name, and the one an element has when its mapping names none.
import type { ElementDefinition } from '../document.ts';
import type { Codec, CodecFamily } from './codec.ts';
import { date, instant } from './dates.ts';
import { enumeration } from './enums.ts';
import { link } from './links.ts';
import { money } from './money.ts';
import { fullName } from './names.ts';
import { phone } from './phone.ts';
import { score, scoreWords } from './scores.ts';
import { boolean, id, list, number, text } from './texts.ts';

export const codecNames = [
  'text',
  'id',
  'number',
  'boolean',
  'list',
  'date',
  'instant',
  'money',
  'enum',
  'full-name',
  'phone',
  'link',
  'score',
  'score-words',
] as const;
export type CodecName = (typeof codecNames)[number];

export const codecFamilies = {
  text,
  id,
  number,
  boolean,
  list,
  date,
  instant,
  money,
  enum: enumeration,
  'full-name': fullName,
  phone,
  link,
  score,
  'score-words': scoreWords,
} as const satisfies Record<CodecName, unknown>;

/** The codec made ready, or every rule that its arguments break, with the path into them. */
export function buildCodec(
  name: CodecName,
  given: unknown,
): { ok: true; codec: Codec } | { ok: false; faults: { path: string[]; rule: string }[] } {
  const one = codecFamilies[name] as CodecFamily;
  const parsed = one.arguments.safeParse(given ?? {});
  if (parsed.success) return { ok: true, codec: one.build(parsed.data) };
  return {
    ok: false,
    faults: parsed.error.issues.map((issue) => ({ path: issue.path.map(String), rule: issue.message })),
  };
}

const ofTypes: Record<ElementDefinition['type'], [CodecName, unknown]> = {
  string: ['text', {}],
  url: ['text', {}],
  email: ['text', {}],
  number: ['number', {}],
  integer: ['number', {}],
  boolean: ['boolean', {}],
  list: ['list', {}],
  date: ['date', { formats: ['YYYY-MM-DD'] }],
  'date-time': ['instant', { formats: ['iso'] }],
};

const madeOfTypes = new Map<ElementDefinition['type'], Codec>();

/** The codec of a vendor that speaks as the dictionary does. */
export function codecOfType(type: ElementDefinition['type']): Codec {
  const known = madeOfTypes.get(type);
  if (known) return known;
  const [name, given] = ofTypes[type];
  const built = buildCodec(name, given);
  if (!built.ok) throw new Error(`The codec of ${type} cannot be built: ${built.faults[0]?.rule}`);
  madeOfTypes.set(type, built.codec);
  return built.codec;
}
