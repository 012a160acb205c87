// What somebody can do who owns the database server: any statement, no trigger in the way, and hashes computed anew.
import { sql } from 'kysely';
import { chainHash, chainStart, type TransitionHeader } from '../../../src/core/log/chain.ts';
import { loggedChains } from '../../../src/services/log/logged-chains.ts';
import type { Tx } from '../../../src/store/database/database.ts';

export interface Hand {
  tx: Tx;
  /** `$1`, `$2` … are the values. */
  run(statement: string, ...values: unknown[]): Promise<void>;
  /** Changes a subject's rows and computes all its hashes anew, as the service would have; the subject's row follows. */
  restamp(subject: string, change: (rows: TransitionHeader[]) => void): Promise<void>;
}

export async function takeHand(tx: Tx): Promise<Hand> {
  await sql`set local session_replication_role = replica`.execute(tx);
  const run: Hand['run'] = async (statement, ...values) => {
    const parts = statement.split(/\$\d+/);
    const places = [...statement.matchAll(/\$(\d+)/g)].map((match) => values[Number(match[1]) - 1]);
    const fragments = parts.flatMap((part, at) => [sql.raw(part), ...(at < places.length ? [sql`${places[at]}`] : [])]);
    await sql.join(fragments, sql.raw('')).execute(tx);
  };
  return {
    tx,
    run,
    async restamp(subject, change) {
      for await (const chain of loggedChains(tx)) {
        if (chain.subject !== subject) continue;
        const headers = chain.rows.map((row) => ({ ...row.header }));
        change(headers);
        let previous: Buffer = chainStart;
        for (const [at, header] of headers.entries()) {
          const row = chain.rows[at];
          if (!row) throw new Error('A restamp neither adds nor drops rows.');
          const hash = chainHash(previous, header, row.payloadCommit);
          await run(
            `update transition set event_id = $1, type = $2, from_state = $3, to_state = $4, history = $5, source = $6, by_kind = $7,
              occurred_at = $8, recorded_at = $9, prev_hash = $10, hash = $11 where subject_id = $12 and version = $13`,
            header.event,
            header.type,
            header.from,
            header.to,
            header.history,
            header.source,
            header.by,
            header.occurredAt,
            header.recordedAt,
            previous,
            hash,
            subject,
            header.version,
          );
          previous = hash;
        }
        const last = headers.at(-1);
        await run(
          'update subject set chain_head = $1, version = $2, state = $3, history = $4 where id = $5',
          previous,
          last?.version,
          last?.to,
          last?.history,
          subject,
        );
      }
    },
  };
}
