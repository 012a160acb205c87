// Transactions one after another: each is undone when it fails, when its commit is refused, or when its process dies.
import type { Database } from '../../../../src/store/database.ts';
import { connectionLost, refusal, sqlState } from './refusals.ts';

/** What becomes of a commit; `unknown`: it happened, and nobody was told. */
export type Verdict = 'commit' | 'refuse' | 'unknown';

/** One process's way to the database. */
export interface Session {
  database: Database;
  /** The process is gone: what it has open is undone, what it waits for never comes. */
  end(): void;
}

export interface Transactions {
  connect(): Session;
  /** Runs a statement in the transaction that `db` stands for, or in one of its own. */
  run<T>(db: unknown, statement: () => T): Promise<T>;
  /** Of the transaction under way; forgotten outside of one. */
  undo(step: () => void): void;
}

class Peer {
  gone = false;
}

class Open {
  readonly peer: Peer;
  readonly undo: (() => void)[] = [];
  failed = false;
  ended = false;
  constructor(peer: Peer) {
    this.peer = peer;
  }
}

interface Waiting {
  next: Open;
  admit(own: Open): void;
  refuse(error: Error): void;
}

/** `verdict` is asked at the end of each transaction, with the number of changes it made. */
export function createTransactions(verdict: (changes: number) => Verdict): Transactions {
  const waiting: Waiting[] = [];
  const peers = new WeakMap<object, Peer>();
  const anyone = new Peer();
  let current: Open | null = null;

  const begin = (peer: Peer): Open | Promise<Open> => {
    if (peer.gone) throw connectionLost();
    const next = new Open(peer);
    if (current !== null) return new Promise((admit, refuse) => waiting.push({ next, admit, refuse }));
    current = next;
    return next;
  };
  const end = (own: Open, keep: boolean): void => {
    if (own.ended) return;
    own.ended = true;
    if (!keep) for (let step = own.undo.pop(); step; step = own.undo.pop()) step();
    if (current !== own) return;
    const next = waiting.shift();
    current = next?.next ?? null;
    next?.admit(next.next);
  };
  const commit = (own: Open): void => {
    if (own.ended) throw connectionLost();
    if (own.failed) {
      end(own, false);
      throw refusal(sqlState.failedTransaction, 'The transaction had failed, and was rolled back instead of committed');
    }
    const said = verdict(own.undo.length);
    end(own, said !== 'refuse');
    if (said !== 'commit') throw connectionLost();
  };
  const runIn = <T>(own: Open, statement: () => T): T => {
    if (own.peer.gone) throw connectionLost();
    if (own.ended) throw new Error('A transaction was used after its end. This is a bug in Interlock.');
    if (own.failed) throw refusal(sqlState.failedTransaction, 'current transaction is aborted');
    try {
      return statement();
    } catch (error) {
      own.failed = true;
      throw error;
    }
  };
  const inTransaction = async <T>(peer: Peer, work: (own: Open) => T | Promise<T>): Promise<T> => {
    const begun = begin(peer);
    const own = begun instanceof Open ? begun : await begun;
    try {
      const done = work(own);
      const result = done instanceof Promise ? await done : done;
      commit(own);
      return result;
    } catch (error) {
      end(own, false);
      throw error;
    }
  };
  return {
    connect() {
      const peer = new Peer();
      const handle = {
        transaction: () => ({ execute: (work: (own: Open) => Promise<unknown>) => inTransaction(peer, work) }),
      };
      peers.set(handle, peer);
      return {
        database: databaseOf(handle),
        end() {
          peer.gone = true;
          for (const one of waiting.filter(({ next }) => next.peer === peer)) {
            waiting.splice(waiting.indexOf(one), 1);
            one.refuse(connectionLost());
          }
          if (current?.peer === peer) end(current, false);
        },
      };
    },
    async run(db, statement) {
      if (db instanceof Open) return runIn(db, statement);
      return inTransaction(peers.get(db as object) ?? anyone, (own) => runIn(own, statement));
    },
    undo: (step) => void current?.undo.push(step),
  };
}

/** As much of a database as the use cases of the engine take. */
function databaseOf(handle: object): Database {
  const database = {
    ingest: handle,
    engine: handle,
    reports: handle,
    ingestWaiting: () => 0,
    figures: () => ({ pools: [], destroyed: {} }),
    [Symbol.asyncDispose]: async () => {},
  };
  return database as unknown as Database;
}
