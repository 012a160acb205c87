// Tampers in a transaction, lets the verifier look at what it then finds, in the database and in an export, and undoes it.
import { Kysely, PostgresDialect } from 'kysely';
import { ExportCheck } from '../../../src/core/log/check-export.ts';
import type { LogVerdict } from '../../../src/core/log/faults.ts';
import { exportLog } from '../../../src/services/log/export-log.ts';
import { verifyLog } from '../../../src/services/log/verify-log.ts';
import { openVault } from '../../../src/services/vault.ts';
import type { Tables, Tx } from '../../../src/store/database/database.ts';
import { createPool } from '../../../src/store/database/pool.ts';
import type { Case } from './case.ts';
import { takeHand } from './hand.ts';
import { masterKey, type TamperedLog } from './log.ts';

export interface Seen {
  database: LogVerdict;
  elsewhere: LogVerdict;
}

export interface Bench extends AsyncDisposable {
  look(one: Pick<Case, 'tamper' | 'outside'>): Promise<Seen>;
}

export function openBench(connectionString: string, log: TamperedLog): Bench {
  const pool = createPool({
    connectionString,
    name: 'tamper',
    max: 1,
    connectMs: 5_000,
    statementMs: 10_000,
    lockMs: 5_000,
    idleInTransactionMs: 30_000,
  });
  const owner = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    async look(one) {
      let seen: Seen | undefined;
      await owner
        .transaction()
        .execute(async (tx) => {
          await one.tamper(await takeHand(tx), log);
          seen = await see(tx, one, log);
          throw new Undone();
        })
        .catch((error: unknown) => {
          if (!(error instanceof Undone)) throw error;
        });
      if (!seen) throw new Error('Nothing was looked at.');
      return seen;
    },
    [Symbol.asyncDispose]: () => owner.destroy(),
  };
}

/** Ends the transaction of a case, so that the next finds the log as it was. */
class Undone extends Error {}

async function see(tx: Tx, one: Pick<Case, 'outside'>, log: TamperedLog): Promise<Seen> {
  const outside = one.outside?.(log);
  const anchors = outside?.anchors ?? log.checkpoints;
  // A vault of its own: one that made the log remembers keys of persons that the case may have replaced.
  const database = await verifyLog(tx, openVault(masterKey), { anchors, ...(outside ? { keys: outside.keys } : {}) });
  const check = new ExportCheck(outside?.keys ?? log.keys, anchors);
  const lines: string[] = [];
  await exportLog(tx, (line) => void lines.push(line));
  for (const line of lines) {
    const found = check.take(line);
    if (found) return { database, elsewhere: { kind: 'broken', found } };
  }
  return { database, elsewhere: check.finish() };
}
