// Tampering with what seals the log: checkpoints, their keys, and what was kept of them elsewhere.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  checkpointHash,
  checkpointStart,
  keyId,
  type SignedCheckpoint,
  signCheckpoint,
} from '../../../src/core/log/checkpoint.ts';
import { merkleRoot } from '../../../src/core/log/merkle.ts';
import { signingKey } from '../../../src/services/log/checkpoint-keys.ts';
import { placeAfter } from '../../../src/services/log/seal-log.ts';
import { openVault } from '../../../src/services/vault.ts';
import { insertCheckpoint, insertCheckpointKey } from '../../../src/store/log/checkpoints.ts';
import { logStart, readSealed } from '../../../src/store/log/log-places.ts';
import { atCheckpoint, type Case, victim } from './case.ts';
import type { Hand } from './hand.ts';
import { masterKey, type TamperedLog } from './log.ts';

/** Every column but `n`, and what is written into it for the second checkpoint. */
const columns: readonly [column: string, value: string, fault?: 'key_unknown'][] = [
  ['epoch', '2'],
  ['fence', `(fence::text::bigint + 1)::text::xid8`],
  ['count', 'count + 1'],
  ['total', 'total + 1'],
  ['root', `sha256('forged')`],
  ['prev', `sha256('forged')`],
  ['system_identifier', `'1'`],
  ['timeline', 'timeline + 1'],
  ['signature', `decode(repeat('00', 64), 'hex')`],
  ['sealed_at', `sealed_at - interval '1 hour'`],
  ['key_id', `repeat('0', 16)`, 'key_unknown'],
];

const inColumns: Case[] = columns.map(([column, value, fault]) => ({
  name: `${column} of a checkpoint is changed`,
  tamper: ({ run }) => run(`update checkpoint set ${column} = ${value} where n = 2`),
  found: atCheckpoint(2, fault ?? 'signature_invalid'),
}));

/** Seals everything anew, as the sealer would have. */
async function sealAgain({ tx, run }: Hand, log: TamperedLog, id: string, key: KeyObject): Promise<void> {
  await run('delete from checkpoint');
  let before: SignedCheckpoint | null = null;
  for (const { signature: _, ...one } of log.checkpoints) {
    const rows = await readSealed(
      tx,
      before ? placeAfter(before) : logStart,
      { epoch: one.epoch, xid: one.fence },
      1_000,
    );
    if (rows.length === 0) continue;
    const said: SignedCheckpoint = signCheckpoint(
      {
        ...one,
        n: (before?.n ?? 0) + 1,
        count: rows.length,
        total: (before?.total ?? 0) + rows.length,
        root: merkleRoot(rows).toString('hex'),
        prev: before ? checkpointHash(before) : checkpointStart,
        key: id,
      },
      key,
    );
    await insertCheckpoint(tx, said);
    before = said;
  }
}

/** Everything of a subject in another's name. */
async function rewrite({ run, restamp }: Hand, log: TamperedLog): Promise<void> {
  await restamp(victim(log), (rows) => {
    for (const row of rows) row.source = 'client:cli_somebody';
  });
  await run(
    `update event set source = 'client:cli_somebody' where subject_id = $1 and disposition = 'applied'`,
    victim(log),
  );
}

const last = (log: TamperedLog): number => log.checkpoints.at(-1)?.n ?? 0;

const rows: Case[] = [
  {
    name: 'the first checkpoint is deleted',
    tamper: ({ run }) => run('delete from checkpoint where n = 1'),
    found: atCheckpoint(1, 'missing'),
  },
  {
    name: 'a checkpoint in the middle is deleted',
    tamper: ({ run }) => run('delete from checkpoint where n = 3'),
    found: atCheckpoint(3, 'missing'),
  },
  {
    name: 'the last checkpoint is deleted',
    tamper: ({ run }, log) => run('delete from checkpoint where n = $1', last(log)),
    found: (log) => ({ kind: 'checkpoint', n: last(log), fault: 'anchor_missing' }),
  },
  {
    name: 'all checkpoints are deleted',
    tamper: ({ run }) => run('delete from checkpoint'),
    found: atCheckpoint(1, 'anchor_missing'),
  },
  {
    name: 'a checkpoint in the middle is deleted, and those after it are renumbered',
    async tamper({ run }) {
      await run('delete from checkpoint where n = 2');
      await run('update checkpoint set n = -n where n > 2');
      await run('update checkpoint set n = -n - 1 where n < 0');
    },
    found: atCheckpoint(2, 'signature_invalid'),
  },
  {
    name: 'two checkpoints change places',
    async tamper({ run }) {
      await run('update checkpoint set n = -1 where n = 2');
      await run('update checkpoint set n = 2 where n = 3');
      await run('update checkpoint set n = 3 where n = -1');
    },
    found: atCheckpoint(2, 'signature_invalid'),
  },
  {
    name: 'a forged checkpoint over no rows is appended',
    tamper: ({ run }, log) =>
      run(
        `insert into checkpoint (n, epoch, fence, count, total, root, prev, system_identifier, timeline, key_id, signature, sealed_at)
          select n + 1, epoch, fence, 1, total + 1, root, sha256('forged'), system_identifier, timeline, key_id, signature, sealed_at from checkpoint where n = $1`,
        last(log),
      ),
    found: (log) => ({ kind: 'checkpoint', n: last(log) + 1, fault: 'signature_invalid' }),
  },
];

const together: Case[] = [
  {
    name: 'the end of the log is cut off everywhere, checkpoints included',
    async tamper({ run }, log) {
      const { fence } = log.checkpoints.at(-2) ?? { fence: '0' };
      await run('delete from transition where xid >= $1::xid8', fence);
      await run(
        'delete from event where transition_version is not null and id not in (select event_id from transition)',
      );
      await run('delete from subject where id not in (select subject_id from transition)');
      await run(`update subject s set version = t.version, state = t.to_state, history = t.history, chain_head = t.hash
        from (select distinct on (subject_id) * from transition order by subject_id, version desc) t where t.subject_id = s.id`);
      await run('delete from checkpoint where n = $1', last(log));
    },
    found: (log) => ({ kind: 'checkpoint', n: last(log), fault: 'anchor_missing' }),
  },
  {
    name: 'a chain is restamped and everything sealed anew under a key of one’s own',
    async tamper(hand, log) {
      await rewrite(hand, log);
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const id = keyId(publicKey);
      await insertCheckpointKey(hand.tx, {
        id,
        public_key: publicKey.export({ format: 'der', type: 'spki' }),
        private_key_ct: Buffer.from('not under the master key'),
      });
      await sealAgain(hand, log, id, privateKey);
    },
    found: atCheckpoint(1, 'key_unknown'),
  },
  {
    name: 'a chain is restamped and everything sealed anew with the stolen key',
    async tamper(hand, log) {
      await rewrite(hand, log);
      const { id, privateKey } = await signingKey(hand.tx, openVault(masterKey));
      await sealAgain(hand, log, id, privateKey);
    },
    found: (log) => ({ kind: 'checkpoint', n: log.sealedIn(victim(log), 1), fault: 'anchor_differs' }),
  },
  {
    name: 'the keys of checkpoints are deleted',
    tamper: ({ run }) => run('delete from checkpoint_key'),
    found: atCheckpoint(1, 'key_unknown'),
    // Whoever verifies elsewhere has the key already.
    elsewhere: null,
  },
  {
    name: 'the private half of a key is replaced',
    tamper: ({ run }) => run(`update checkpoint_key set private_key_ct = '\\x00'`),
    found: atCheckpoint(1, 'key_unknown'),
    elsewhere: null,
  },
  {
    name: 'the verifier is given another key',
    tamper: async () => {},
    found: atCheckpoint(1, 'key_unknown'),
    outside: (log) => {
      const { publicKey } = generateKeyPairSync('ed25519');
      return { anchors: log.checkpoints, keys: new Map([[keyId(publicKey), publicKey]]) };
    },
  },
  {
    name: 'an anchor is forged to accuse an honest log',
    tamper: async () => {},
    found: atCheckpoint(2, 'anchor_invalid'),
    outside: ({ checkpoints, keys }) => ({
      anchors: checkpoints.map((one) => (one.n === 2 ? { ...one, root: '0'.repeat(64) } : one)),
      keys,
    }),
  },
];

export const checkpointCases: Case[] = [...inColumns, ...rows, ...together];
