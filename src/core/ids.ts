// Readable, sortable, typed ids: a prefix and a UUIDv7 in 26 characters of Crockford base 32 (the TypeID format).
import { assert } from './assert.ts';

export type SubjectId = `sub_${string}`;
export type PersonId = `per_${string}`;
export type EventId = `evt_${string}`;
export type WritebackId = `wrb_${string}`;
export type IncidentId = `inc_${string}`;
export type ClientId = `cli_${string}`;
/** What one system shows of one subject, read again and again. */
export type ReadingId = `rdg_${string}`;
export type AccountId = `acc_${string}`;
export type ApprovalId = `apr_${string}`;
export type AlertId = `alt_${string}`;
/** One message of one alert to one channel. */
export type DeliveryId = `dlv_${string}`;
/** What a person decided about many writebacks or incidents at once. */
export type ActId = `act_${string}`;
/** A filter of a list that somebody keeps by a name. */
export type ViewId = `viw_${string}`;
/** A file that was read once, line by line. */
export type ImportId = `imp_${string}`;
/** A file that came in or went out. */
export type FileId = `fil_${string}`;
/** A connection's id is the name its owner gave it, such as `greenhouse-eu`. */
export type ConnectionId = string;

interface IdOf {
  sub: SubjectId;
  per: PersonId;
  evt: EventId;
  wrb: WritebackId;
  inc: IncidentId;
  cli: ClientId;
  rdg: ReadingId;
  acc: AccountId;
  apr: ApprovalId;
  alt: AlertId;
  dlv: DeliveryId;
  act: ActId;
  fil: FileId;
  imp: ImportId;
  viw: ViewId;
}
export type IdPrefix = keyof IdOf;
export type NewId = <P extends IdPrefix>(prefix: P) => IdOf[P];

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export const idRandomBytes = 10;

/** A maker of ids from a clock (ms since 1970) and a source of random bytes, so that core stays pure. */
export function idMaker(now: () => number, randomBytes: (count: number) => Uint8Array): NewId {
  return <P extends IdPrefix>(prefix: P) => `${prefix}_${encode(uuidv7(now(), randomBytes(idRandomBytes)))}` as IdOf[P];
}

/** RFC 9562 §5.7: 48 bits of time, version, 12 random bits, variant, 62 random bits. In bytes, since every row of every table has one. */
function uuidv7(ms: number, random: Uint8Array): Uint8Array {
  assert(random.length >= idRandomBytes, 'A UUIDv7 needs ten random bytes');
  const at = (index: number): number => random[index] as number;
  const bytes = new Uint8Array(16);
  for (let index = 5, time = ms; index >= 0; index -= 1, time = Math.floor(time / 256)) bytes[index] = time % 256;
  bytes[6] = 0x70 | (at(8) & 0x0f);
  bytes[7] = at(9);
  for (let index = 0; index < 8; index += 1) bytes[8 + index] = ((at(index) & 0x0f) << 4) | (at(index + 1) >> 4);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  return bytes;
}

/** Five bits a letter; the first one has the three that 128 leave over. */
function encode(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 2;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (held += 8; held >= 5; held -= 5) text += alphabet[(bits >> (held - 5)) & 31];
    bits &= (1 << held) - 1;
  }
  return text;
}

/** True for a well-formed id with that prefix; use it at every edge. */
export function isId<P extends IdPrefix>(prefix: P, text: string): text is IdOf[P] {
  return (
    text.length === prefix.length + 27 &&
    text.startsWith(`${prefix}_`) &&
    /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(prefix.length + 1))
  );
}
