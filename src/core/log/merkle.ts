// The Merkle tree of RFC 6962 §2.1: one hash stands for a list of rows, and a short proof for one of them.
import { createHash } from 'node:crypto';

/** `SHA-256(0x00 ‖ data)`. */
export const leafHash = (data: Uint8Array): Buffer => createHash('sha256').update(leafMark).update(data).digest();

/** `SHA-256(0x01 ‖ left ‖ right)`. */
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(nodeMark).update(left).update(right).digest();

// What is a leaf can never pass for what joins two.
const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

/** The tree head over entries in their order; SHA-256 of nothing when there are none. */
export function merkleRoot(entries: Iterable<Uint8Array>): Buffer {
  // Complete subtrees from the left, each larger than the next: what a counter in binary does with its carries.
  const complete: { size: number; hash: Buffer }[] = [];
  for (const entry of entries) {
    let last = { size: 1, hash: leafHash(entry) };
    for (let before = complete.at(-1); before?.size === last.size; before = complete.at(-1)) {
      complete.pop();
      last = { size: before.size * 2, hash: nodeHash(before.hash, last.hash) };
    }
    complete.push(last);
  }
  const right = complete.pop();
  if (!right) return createHash('sha256').digest();
  return complete.reduceRight((hash, left) => nodeHash(left.hash, hash), right.hash);
}

/** The hashes beside the way from entry `index` up to the root, the lowest first (§2.1.1). */
export function inclusionProof(entries: readonly Uint8Array[], index: number): Buffer[] {
  if (entries.length <= 1) return [];
  const split = largestPowerBelow(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split
    ? [...inclusionProof(left, index), merkleRoot(right)]
    : [...inclusionProof(right, index - split), merkleRoot(left)];
}

/** True when `entry` is number `index` of the `size` entries under `root`. */
export function isIncluded(
  root: Uint8Array,
  size: number,
  index: number,
  entry: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  const computed = climb(size, index, leafHash(entry), [...proof]);
  return computed?.equals(root) ?? false;
}

/** From the leaf up; takes from the end of the proof what belongs to the top. Null when the proof has another length. */
function climb(size: number, index: number, leaf: Buffer, proof: Uint8Array[]): Buffer | null {
  if (index < 0 || index >= size) return null;
  if (size === 1) return proof.length === 0 ? leaf : null;
  const beside = proof.pop();
  if (!beside) return null;
  const split = largestPowerBelow(size);
  const inner = index < split ? climb(split, index, leaf, proof) : climb(size - split, index - split, leaf, proof);
  if (!inner) return null;
  return index < split ? nodeHash(inner, beside) : nodeHash(beside, inner);
}

/** The largest power of two that is smaller than `size`, for sizes from 2. */
const largestPowerBelow = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));
