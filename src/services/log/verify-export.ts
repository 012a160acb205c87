// Verifies an export, and reads what somebody kept: needs the files that are given and no database.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { limits } from '../../core/limits.ts';
import type { Keys } from '../../core/log/check-checkpoints.ts';
import { ExportCheck } from '../../core/log/check-export.ts';
import { checkpointOfLine, readPublicKeys, type SignedCheckpoint } from '../../core/log/checkpoint.ts';
import type { LogVerdict } from '../../core/log/faults.ts';

/** Rejects when the file cannot be read. */
export async function verifyExport(
  file: string,
  keys: Keys,
  anchors: readonly SignedCheckpoint[],
): Promise<LogVerdict> {
  const check = new ExportCheck(keys, anchors);
  for await (const line of linesOf(file)) {
    const found = check.take(line.slice(0, limits.exportLineCharsMax));
    if (found) return { kind: 'broken', found };
  }
  return check.finish();
}

export interface ReadAnchors {
  anchors: SignedCheckpoint[];
  /** Lines that are no checkpoints, such as one that was torn when the machine went down. */
  unreadable: number;
}

/** Checkpoints of a file of anchors, or of any NDJSON that holds some. Rejects when the file cannot be read. */
export async function readAnchors(file: string): Promise<ReadAnchors> {
  const read: ReadAnchors = { anchors: [], unreadable: 0 };
  for await (const line of linesOf(file)) {
    const anchor = checkpointOfLine(line);
    if (anchor) read.anchors.push(anchor);
    else if (line.trim() !== '') read.unreadable += 1;
  }
  return read;
}

/** Ed25519 public keys of a PEM file, by id. Rejects when there is none in it. */
export async function readKeys(file: string): Promise<Keys> {
  const keys = readPublicKeys(await readFile(file, 'utf8'));
  if (keys.size === 0) throw new Error(`${file} has no public key in PEM form ("-----BEGIN PUBLIC KEY-----").`);
  return keys;
}

const linesOf = (file: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
