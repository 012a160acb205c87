// Verifies an export line by line, with nothing but a public key and the checkpoints that somebody kept outside.

import { checkMachines, findRecorded, type RecordedMachine } from '../machine/recorded.ts';
import { checkChain, type FindMachine, type SubjectEnd } from './check-chain.ts';
import { checkAnchors, checkLink, checkRows, type Keys } from './check-checkpoints.ts';
import { checkpointOfLine, type SignedCheckpoint } from './checkpoint.ts';
import { type ExportedRow, type ExportLine, endOf, exportLineOf, rowOf } from './export-lines.ts';
import type { LogFault, LogVerdict } from './faults.ts';

interface Leaf {
  epoch: number;
  xid: bigint;
  subject: string;
  version: number;
  /** The hash as text of one byte per character: a million of them should fit. */
  hash: string;
}

/** Takes the lines in their order: checkpoints come before the rows. Holds one hash per row in memory. */
export class ExportCheck {
  readonly #keys: Keys;
  readonly #anchors: readonly SignedCheckpoint[];
  readonly #machines: RecordedMachine[] = [];
  readonly #checkpoints: SignedCheckpoint[] = [];
  readonly #fences: { epoch: number; fence: bigint; leaves: Leaf[] }[] = [];
  #findMachine: FindMachine | null = null;
  #chain: { subject: string; end: SubjectEnd | null; rows: ExportedRow[] } | null = null;
  #lines = 0;
  #subjects = 0;
  #transitions = 0;
  #unsealed = 0;
  #ended = false;

  constructor(keys: Keys, anchors: readonly SignedCheckpoint[]) {
    this.#keys = keys;
    this.#anchors = anchors;
  }

  /** Null while nothing is wrong. After a fault there is nothing more to say. */
  take(text: string): LogFault | null {
    this.#lines += 1;
    const checkpoint = checkpointOfLine(text);
    if (checkpoint) return this.#takeCheckpoint(checkpoint);
    const line = this.#ended ? null : exportLineOf(text);
    if (!line || (this.#lines === 1) !== (line.kind === 'export')) return this.#unreadable();
    return this.#takeLine(line);
  }

  finish(): LogVerdict {
    const found = this.#ended ? this.#sealedFault() : this.#incomplete();
    if (found) return { kind: 'broken', found };
    return {
      kind: 'intact',
      subjects: this.#subjects,
      transitions: this.#transitions,
      checkpoints: this.#checkpoints.length,
      unsealed: this.#unsealed,
      anchors: this.#anchors.length,
    };
  }

  #takeLine(line: ExportLine): LogFault | null {
    switch (line.kind) {
      case 'export':
        return null;
      case 'machine':
        this.#machines.push(line);
        return checkMachines([line]);
      case 'subject': {
        const found = this.#endChain();
        this.#subjects += 1;
        this.#chain = { subject: line.id, end: endOf(line), rows: [] };
        return found;
      }
      case 'row':
        if (!this.#chain) return this.#unreadable();
        this.#transitions += 1;
        this.#takeRow(rowOf(this.#chain.subject, line));
        return null;
      case 'end': {
        const found = this.#endChain();
        this.#ended = true;
        const whole =
          line.subjects === this.#subjects &&
          line.transitions === this.#transitions &&
          line.checkpoints === this.#checkpoints.length;
        return found ?? (whole ? null : this.#incomplete());
      }
    }
  }

  #takeCheckpoint(one: SignedCheckpoint): LogFault | null {
    const found = checkLink(one, this.#checkpoints.at(-1) ?? null, this.#keys);
    this.#checkpoints.push(one);
    this.#fences.push({ epoch: one.epoch, fence: BigInt(one.fence), leaves: [] });
    return found;
  }

  #takeRow(row: ExportedRow): void {
    this.#chain?.rows.push(row);
    const { subject, version } = row.header;
    const xid = BigInt(row.xid);
    const sealed = this.#fences[this.#firstAfter(row.epoch, xid)];
    const hash = row.hash.toString('latin1');
    if (sealed) sealed.leaves.push({ epoch: row.epoch, xid, subject, version, hash });
    else this.#unsealed += 1;
  }

  /** The first checkpoint that ends after a place. */
  #firstAfter(epoch: number, xid: bigint): number {
    let [low, high] = [0, this.#fences.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.#fences[middle];
      if (one && (one.epoch > epoch || (one.epoch === epoch && one.fence > xid))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #endChain(): LogFault | null {
    this.#findMachine ??= findRecorded(this.#machines);
    return this.#chain && checkChain(this.#chain.subject, this.#chain.rows, this.#chain.end, this.#findMachine);
  }

  #sealedFault(): LogFault | null {
    for (const [index, one] of this.#checkpoints.entries()) {
      const leaves = this.#fences[index]?.leaves.sort(inTreeOrder) ?? [];
      const found = checkRows(
        one,
        leaves.map((leaf) => Buffer.from(leaf.hash, 'latin1')),
      );
      if (found) return found;
    }
    const byNumber = new Map(this.#checkpoints.map((one) => [one.n, one]));
    return checkAnchors(this.#anchors, (n) => byNumber.get(n), this.#keys);
  }

  #unreadable = (): LogFault => ({ kind: 'export', line: this.#lines, fault: 'unreadable' });
  #incomplete = (): LogFault => ({ kind: 'export', line: this.#lines, fault: 'incomplete' });
}

function inTreeOrder(a: Leaf, b: Leaf): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1;
  if (a.subject !== b.subject) return a.subject < b.subject ? -1 : 1;
  return a.version - b.version;
}
