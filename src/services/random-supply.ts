// Random bytes a few at a time, fetched many at once: asking for each costs as much as encrypting with it.
import { randomBytes } from 'node:crypto';

const pieces = 256;

/** Gives `bytes` fresh random bytes at each call, from the system's generator. */
export function randomSupply(bytes: number): () => Buffer {
  let supply = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used + bytes > supply.length) {
      supply = randomBytes(bytes * pieces);
      used = 0;
    }
    used += bytes;
    return supply.subarray(used - bytes, used);
  };
}
