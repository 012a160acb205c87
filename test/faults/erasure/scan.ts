// Reads every byte below some folders and looks for a word in every spelling that a program may have given it.
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Find {
  file: string;
  at: number;
  spelling: string;
  /** The bytes around it, printable. */
  around: string;
}

export interface Scan {
  files: number;
  bytes: number;
  finds: Find[];
}

const chunkBytes = 16 * 1024 * 1024;
const findsMax = 50;

/** `word` must be plain letters and digits. At most fifty finds are kept. */
export function scanFolders(folders: readonly string[], word: string): Scan {
  const needles = spellingsOf(word);
  const longest = Math.max(...needles.map((one) => one.bytes.length));
  const scan: Scan = { files: 0, bytes: 0, finds: [] };
  for (const file of folders.flatMap(filesBelow)) {
    scan.files += 1;
    scan.bytes += statSync(file).size;
    scanFile(file, needles, longest, scan.finds);
  }
  return scan;
}

/** Whether these bytes are in any file below. */
export const isBelow = (folder: string, bytes: Buffer): boolean =>
  filesBelow(folder).some((file) => readFileSync(file).includes(bytes));

interface Needle {
  spelling: string;
  bytes: Buffer;
}

/** Plain, in either case, as base64 at each of its three places, hex, UTF-16 both ways, and escaped as JSON and in addresses. */
export function spellingsOf(word: string): Needle[] {
  const plain = Buffer.from(word);
  const wide = Buffer.from(word, 'utf16le');
  const escaped = (prefix: string, digits: number): string =>
    [...word].map((one) => `${prefix}${one.charCodeAt(0).toString(16).padStart(digits, '0')}`).join('');
  const base64 = [0, 1, 2].map((offset) => ({
    spelling: `base64 at ${offset}`,
    // What the bytes beside it share a character with is left out.
    bytes: Buffer.from(
      Buffer.concat([Buffer.alloc(offset), plain])
        .toString('base64')
        .slice(offset === 0 ? 0 : offset + 1)
        .replace(/=+$/, '')
        .slice(0, -1),
    ),
  }));
  return [
    { spelling: 'plain', bytes: plain },
    { spelling: 'lower case', bytes: Buffer.from(word.toLowerCase()) },
    { spelling: 'upper case', bytes: Buffer.from(word.toUpperCase()) },
    { spelling: 'backwards', bytes: Buffer.from([...word].reverse().join('')) },
    ...base64,
    { spelling: 'hex', bytes: Buffer.from(plain.toString('hex')) },
    { spelling: 'HEX', bytes: Buffer.from(plain.toString('hex').toUpperCase()) },
    { spelling: 'UTF-16 little end first', bytes: wide },
    { spelling: 'UTF-16 big end first', bytes: Buffer.from(wide).swap16() },
    { spelling: 'JSON escapes', bytes: Buffer.from(escaped('\\u', 4)) },
    { spelling: 'percent escapes', bytes: Buffer.from(escaped('%', 2)) },
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** In pieces that overlap by the longest needle. */
function scanFile(file: string, needles: readonly Needle[], longest: number, finds: Find[]): void {
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(chunkBytes + longest);
  try {
    for (let from = 0; ; from += chunkBytes) {
      const read = readSync(descriptor, buffer, 0, buffer.length, from);
      const piece = buffer.subarray(0, read);
      for (const { spelling, bytes } of needles) {
        for (let at = piece.indexOf(bytes); at >= 0 && at < chunkBytes; at = piece.indexOf(bytes, at + 1)) {
          if (finds.length < findsMax) finds.push({ file, at: from + at, spelling, around: printable(piece, at) });
        }
      }
      if (read <= chunkBytes) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

const printable = (piece: Buffer, at: number): string =>
  piece
    .subarray(Math.max(0, at - 60), at + 100)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.');
