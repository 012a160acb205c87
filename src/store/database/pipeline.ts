// Transactions whose statements leave together: a batch costs the database's time, not a round trip for each of its statements.
import {
  CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  Transaction,
} from 'kysely';
import type { Db, Tables, Tx } from './database.ts';

/**
 * Runs `work` in a transaction (read committed). Statements that it begins without waiting for those before them leave together and are
 * carried out in the order in which they were begun; where one fails, so do all after it. Kysely's own transactions wait for each answer.
 * What is begun before the first answer is there must only read: a transaction that could not be begun is noticed with that answer.
 * Rejects with the first error, after the rollback. `db` belongs to a pool with pipelining, else the statements wait in the client.
 */
export async function inPipeline<Result>(db: Db, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const executor = db.getExecutor();
  return executor.provideConnection(async (connection) => {
    let closed: unknown = null;
    let failed: unknown = null;
    const listening: DatabaseConnection = {
      executeQuery(query) {
        const answer = connection.executeQuery<never>(query);
        answer.catch((error: unknown) => {
          failed ??= error;
        });
        return answer;
      },
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
    const begun = say(connection, 'begin');
    begun.catch((error: unknown) => {
      closed ??= error;
    });
    const tx = new Transaction<Tables>({
      ...dialectOnly,
      executor: executor.withConnectionProvider({
        provideConnection: (consumer) => (closed === null ? consumer(listening) : Promise.reject(closed)),
      }),
    });
    try {
      const result = await work(tx);
      await begun;
      await say(connection, 'commit');
      return result;
    } catch (error) {
      // Its own error would hide the first; a connection that is still in the transaction is not handed out again.
      await say(connection, 'rollback').catch(() => {});
      // Whoever is told first need not have asked first.
      throw failed !== null && isAfterFailure(error) ? failed : error;
    } finally {
      closed ??= new Error('A transaction was used after its end. This is a bug in Interlock.');
    }
  });
}

/** The server carried nothing out, since a statement before had failed. */
const isAfterFailure = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '25P02';

const say = (connection: DatabaseConnection, statement: string): Promise<QueryResult<unknown>> =>
  connection.executeQuery(CompiledQuery.raw(statement));

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};
/** A transaction is made of these too, and asks nothing of them. */
const dialectOnly = { config: { dialect }, dialect, driver: new DummyDriver() };
