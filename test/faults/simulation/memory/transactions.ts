// Transactions one after another: each is undone when it fails, when its commit is refused, or when its process dies.
import type { Database } from '../../../../src/store/database/database.ts';
import { connectionLost, refusal, sqlState } from './refusals.ts';

/** What becomes of a commit; `unknown`: it happened, and nobody was told. */
export type Verdict = 'commit' | 'refuse' | 'unknown';

/** One process's way to the database. */
export interface Session {
  database: Database;
  /** The process is gone: what it has open is undone, what it waits for never comes. */
  end(): void;
}

/** A statement without its handle, and what it is given; what it does not take is undefined. */
export type Statement = (...given: Given) => unknown;
export type Given = readonly [first: unknown, second: unknown, third: unknown, fourth: unknown];

export interface Transactions {
  connect(): Session;
  /** Runs a statement in the transaction that `db` stands for, or in one of its own. */
  run(db: unknown, statement: Statement, ...given: Given): Promise<unknown>;
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

/** What a process has of the database. */
class Handle {
  readonly peer: Peer;
  readonly #execute: (peer: Peer, work: (own: Open) => Promise<unknown>) => Promise<unknown>;
  constructor(peer: Peer, execute: (peer: Peer, work: (own: Open) => Promise<unknown>) => Promise<unknown>) {
    this.peer = peer;
    this.#execute = execute;
  }
  transaction(): { execute(work: (own: Open) => Promise<unknown>): Promise<unknown> } {
    return { execute: (work) => this.#execute(this.peer, work) };
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
  const runIn = (own: Open, statement: Statement, a: unknown, b: unknown, c: unknown, d: unknown): unknown => {
    if (own.peer.gone) throw connectionLost();
    if (own.ended) throw new Error('A transaction was used after its end. This is a bug in Interlock.');
    if (own.failed) throw refusal(sqlState.failedTransaction, 'current transaction is aborted');
    try {
      return statement(a, b, c, d);
    } catch (error) {
      own.failed = true;
      throw error;
    }
  };
  const inTransaction = async (peer: Peer, work: (own: Open) => Promise<unknown>): Promise<unknown> => {
    const begun = begin(peer);
    const own = begun instanceof Open ? begun : await begun;
    try {
      const result = await work(own);
      commit(own);
      return result;
    } catch (error) {
      end(own, false);
      throw error;
    }
  };
  const alone = (own: Open, statement: Statement, a: unknown, b: unknown, c: unknown, d: unknown): unknown => {
    try {
      const result = runIn(own, statement, a, b, c, d);
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
      const handle = new Handle(peer, inTransaction);
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
    run(db, statement, a, b, c, d) {
      // Without `async`: most statements have nothing to wait for.
      try {
        if (db instanceof Open) return Promise.resolve(runIn(db, statement, a, b, c, d));
        const begun = begin(db instanceof Handle ? db.peer : anyone);
        if (begun instanceof Open) return Promise.resolve(alone(begun, statement, a, b, c, d));
        return begun.then((own) => alone(own, statement, a, b, c, d));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    undo: (step) => void current?.undo.push(step),
  };
}

/** As much of a database as the use cases of the engine take. */
function databaseOf(handle: Handle): Database {
  const database = {
    ingest: handle,
    delivery: handle,
    engine: handle,
    reports: handle,
    transact: (_pool: string, work: (own: Open) => Promise<unknown>) => handle.transaction().execute(work),
    ingestWaiting: () => 0,
    figures: () => ({ pools: [], destroyed: {} }),
    [Symbol.asyncDispose]: async () => {},
  };
  return database as unknown as Database;
}
