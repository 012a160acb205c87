// The hash chain: a known value, and every way to tamper with a log of transitions that it must show.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';
import { chainHash, chainStart, payloadCommitment, type TransitionHeader } from '../../src/core/log/chain.ts';

const header = (version: number): TransitionHeader => ({
  subject: 'sub_1',
  version,
  event: `evt_${version}`,
  type: 'application.received',
  from: 'none',
  to: 'active.received',
  history: null,
  machine: 'application',
  machineVersion: 1,
  machineHash: 'ab',
  source: 'connection:ats',
  by: 'ats',
  occurredAt: '2026-11-02T08:00:00Z',
  recordedAt: '2026-11-02T08:00:01.000001Z',
});

interface Link {
  header: TransitionHeader;
  commit: Buffer;
  hash: Buffer;
}

function chainOf(payloads: readonly unknown[]): Link[] {
  let previous: Uint8Array = chainStart;
  return payloads.map((payload, index) => {
    const commit = payloadCommitment(Buffer.alloc(32, 1), payload);
    const hash = chainHash(previous, header(index + 1), commit);
    previous = hash;
    return { header: header(index + 1), commit, hash };
  });
}

/** As a verifier does: each hash follows from the one before. */
function verifies(links: readonly Link[]): boolean {
  let previous: Uint8Array = chainStart;
  return links.every((link) => {
    const right = chainHash(previous, link.header, link.commit).equals(link.hash);
    previous = link.hash;
    return right;
  });
}

test('the form is fixed: another program can compute it', () => {
  const written =
    '{"by":"ats","event":"evt_1","from":"none","history":null,"machine":"application","machineHash":"ab","machineVersion":1,"occurredAt":"2026-11-02T08:00:00Z","recordedAt":"2026-11-02T08:00:01.000001Z","source":"connection:ats","subject":"sub_1","to":"active.received","type":"application.received","version":1}';
  const expected = createHash('sha256')
    .update(Buffer.concat([Buffer.from('il.v1'), Buffer.alloc(32), Buffer.from(written), Buffer.alloc(32, 9)]))
    .digest('hex');
  expect(chainHash(chainStart, header(1), Buffer.alloc(32, 9)).toString('hex')).toBe(expected);
  expect(expected).toBe('d845ac9e034349bd78aeb6da7500dc5e6289e869eca26643a664bc0667b293fd');
});

describe('a log that was tampered with', () => {
  const links = chainOf([{ a: 1 }, { b: 2 }, { c: 3 }, { d: 4 }]);

  test('an honest one verifies', () => {
    expect(verifies(links)).toBe(true);
  });

  test.each<[string, (links: Link[]) => Link[]]>([
    ['the first row is gone', (all) => all.slice(1)],
    ['a row in the middle is gone', (all) => [...all.slice(0, 1), ...all.slice(2)]],
    ['two rows changed places', ([a, b, c, d]) => [a, c, b, d] as Link[]],
    ['a row is there twice', ([a, b, ...rest]) => [a, b, b, ...rest] as Link[]],
    [
      'a payload was replaced',
      (all) =>
        all.map((link, index) =>
          index === 1 ? { ...link, commit: payloadCommitment(Buffer.alloc(32, 1), { b: 3 }) } : link,
        ),
    ],
    ['a row was replaced with a fresh hash', ([a, b, ...rest]) => [a, forged(a as Link, b as Link), ...rest] as Link[]],
  ])('%s', (_, tamper) => {
    expect(verifies(tamper(links))).toBe(false);
  });

  function forged(before: Link, link: Link): Link {
    const changed = { ...link.header, to: 'active.hired' };
    return { header: changed, commit: link.commit, hash: chainHash(before.hash, changed, link.commit) };
  }

  test.each(Object.keys(header(1)) as (keyof TransitionHeader)[])('%s was changed', (field) => {
    const changed = links.map((link, index) =>
      index === 2 ? { ...link, header: { ...link.header, [field]: 'other' } } : link,
    );
    expect(verifies(changed)).toBe(false);
  });

  test('the order of members is of no account', () => {
    const turned = links.map((link) => ({
      ...link,
      header: Object.fromEntries(Object.entries(link.header).reverse()) as unknown as TransitionHeader,
    }));
    expect(verifies(turned)).toBe(true);
  });
});

describe('a payload commitment', () => {
  const key = Buffer.alloc(32, 1);

  test('is the same for the same payload, whatever the order of its members', () => {
    expect(payloadCommitment(key, { a: 1, b: [1, 2] }).equals(payloadCommitment(key, { b: [1, 2], a: 1 }))).toBe(true);
  });

  test('differs for another payload and under another person’s key', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const equal = payloadCommitment(key, one).equals(payloadCommitment(key, other));
        return equal === (canonicalJson(one) === canonicalJson(other));
      }),
    );
    expect(payloadCommitment(key, 'a').equals(payloadCommitment(Buffer.alloc(32, 2), 'a'))).toBe(false);
  });
});
