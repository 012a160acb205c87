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

/** A maker of ids from a clock (ms since 1970) and a source of random bytes, so that core stays pure. */
export function idMaker(now: () => number, randomBytes: (count: number) => Uint8Array): NewId {
  return <P extends IdPrefix>(prefix: P) => `${prefix}_${encode(uuidv7(now(), randomBytes(10)))}` as IdOf[P];
}

/** RFC 9562 §5.7: 48 bits of time, version, 12 random bits, variant, 62 random bits. */
function uuidv7(ms: number, random: Uint8Array): bigint {
  assert(random.length >= 10, 'A UUIDv7 needs ten random bytes');
  let bits = 0n;
  for (const byte of random) bits = (bits << 8n) | BigInt(byte);
  const randA = bits & 0xfffn;
  const randB = (bits >> 12n) & 0x3fffffffffffffffn;
  return (BigInt(ms) << 80n) | (0x7n << 76n) | (randA << 64n) | (0b10n << 62n) | randB;
}

function encode(value: bigint): string {
  let text = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += alphabet[Number((value >> shift) & 31n)];
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
