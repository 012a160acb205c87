// The bytes of a file as text in the encoding that was declared, counted and hashed on the way, never more than may be.
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { limits } from '../../core/limits.ts';
import type { HeldCode } from '../files.ts';
import { decodeWindows1252 } from './windows-1252.ts';

type Decoder = InstanceType<typeof TextDecoder>;

/** Thrown while a file is read: all of it is held back. */
export class Unreadable extends Error {
  override name = 'Unreadable';
  readonly code: HeldCode;
  constructor(code: HeldCode) {
    super(code);
    this.code = code;
  }
}

export interface Seen {
  bytes: number;
  /** SHA-256, hex; whole once everything was read. */
  hash: string;
  endsWithNewline: boolean;
}

/** Yields text; `seen` is filled in while it does. Throws `Unreadable`. A byte order mark is left out. */
export async function* textOf(
  content: Readable,
  encoding: 'utf-8' | 'windows-1252',
  seen: Seen,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = encoding === 'utf-8' ? (bytes?: Buffer) => decodeUtf8(decoder, bytes) : decodeLatin;
  const suspicion = encoding === 'utf-8' ? null : utf8Suspicion();
  for await (const chunk of content) {
    const bytes = chunk as Buffer;
    seen.bytes += bytes.length;
    if (seen.bytes > limits.fileBytesMax) throw new Unreadable('too_large');
    hash.update(bytes);
    suspicion?.look(bytes);
    const text = decode(bytes);
    if (text.includes('\0')) throw new Unreadable('wrong_encoding');
    if (text !== '') seen.endsWithNewline = text.endsWith('\n');
    yield text;
  }
  const rest = decode();
  // Text in UTF-8 is hardly ever meant otherwise, and every name would come out wrong.
  if (suspicion?.isUtf8()) throw new Unreadable('wrong_encoding');
  seen.hash = hash.digest('hex');
  yield rest;
}

/** Without bytes: the end, at which no character may be half there. */
function decodeUtf8(decoder: Decoder, bytes?: Buffer): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new Unreadable('wrong_encoding');
  }
}

function decodeLatin(bytes?: Buffer): string {
  const text = bytes ? decodeWindows1252(bytes) : '';
  if (text === null) throw new Unreadable('wrong_encoding');
  return text;
}

/** True of bytes beyond ASCII that are all well-formed UTF-8. */
function utf8Suspicion(): { look(bytes: Buffer): void; isUtf8(): boolean } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let beyondAscii = false;
  let wellFormed = true;
  return {
    look(bytes) {
      beyondAscii ||= bytes.some((byte) => byte > 0x7f);
      if (wellFormed) wellFormed = fits(() => decoder.decode(bytes, { stream: true }));
    },
    isUtf8: () => beyondAscii && wellFormed && fits(() => decoder.decode()),
  };
}

function fits(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch {
    return false;
  }
}
