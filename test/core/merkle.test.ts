// Merkle trees: the known values of RFC 6962's reference implementation, and every proof of small trees.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inclusionProof, isIncluded, leafHash, merkleRoot } from '../../src/core/log/merkle.ts';

const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test.each(roots.map((root, size) => [size, root]))('the root over %i entries is the known one', (size, root) => {
  expect(merkleRoot(entries.slice(0, size)).toString('hex')).toBe(root);
});

test('a leaf and a join of two are told apart', () => {
  expect(leafHash(Buffer.of(7))).toEqual(createHash('sha256').update(Buffer.of(0, 7)).digest());
  const [one, other] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
  expect(merkleRoot([Buffer.concat([one, other])])).not.toEqual(merkleRoot([Buffer.of(1), Buffer.of(2)]));
});

test('the proof of entry 5 of 7 is the known one', () => {
  expect(inclusionProof(entries.slice(0, 7), 4).map((hash) => hash.toString('hex'))).toEqual([
    '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
    'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
});

describe('for lists of any length', () => {
  const lists = fc.array(fc.uint8Array({ minLength: 0, maxLength: 8 }), { minLength: 1, maxLength: 40 });

  test('every entry has a proof that holds for it and its place alone', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (list, seed) => {
        const index = seed % list.length;
        const root = merkleRoot(list);
        const proof = inclusionProof(list, index);
        const entry = list[index] as Uint8Array;
        const holds = (at: number, what: Uint8Array, how: readonly Uint8Array[]): boolean =>
          isIncluded(root, list.length, at, what, how);
        return (
          holds(index, entry, proof) &&
          !holds(index, Buffer.concat([entry, Buffer.of(0)]), proof) &&
          !holds(list.length, entry, proof) &&
          !holds(index, entry, [...proof, root]) &&
          (proof.length === 0 || !holds(index, entry, proof.slice(1)))
        );
      }),
    );
  });

  test('a changed, added, dropped or moved entry changes the root', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (list, seed) => {
        const index = seed % list.length;
        const root = merkleRoot(list);
        const changed = list.with(index, Buffer.concat([list[index] as Uint8Array, Buffer.of(1)]));
        const turned = [...list].reverse();
        const same = turned.every((entry, at) => Buffer.from(entry).equals(list[at] as Uint8Array));
        return (
          !merkleRoot(changed).equals(root) &&
          !merkleRoot([...list, Buffer.of(1)]).equals(root) &&
          !merkleRoot(list.toSpliced(index, 1)).equals(root) &&
          merkleRoot(turned).equals(root) === same
        );
      }),
    );
  });
});
