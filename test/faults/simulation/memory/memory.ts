// The tables of the engine in memory, with the behaviour of the SQL in src/store; test/services/records.test.ts holds both to it.
import type { Database } from '../../../../src/store/database/database.ts';
import type { Records } from '../../../../src/store/engine/records.ts';
import { addConnection, connectionStatements, type SomeConnection } from './connections.ts';
import { countStatements } from './counts.ts';
import { elementStatements } from './elements.ts';
import { eventReadings } from './event-readings.ts';
import { eventStatements } from './events.ts';
import { incidentStatements } from './incidents.ts';
import { laneStatements } from './lanes.ts';
import { personStatements } from './persons.ts';
import { resultStatements } from './results.ts';
import type { Tables } from './rows.ts';
import { createStore } from './store.ts';
import { subjectStatements } from './subjects.ts';
import { createTransactions, type Session, type Statement, type Verdict } from './transactions.ts';
import { writebackReadings } from './writeback-readings.ts';
import { writebackStatements } from './writebacks.ts';

export interface Memory {
  records: Records;
  /** `ingest`, `engine` and `reports` can begin transactions, and nothing else. */
  database: Database;
  /** The same tables for one more process, which can die alone. */
  connect(): Session;
  /** Live rows, to look at: a transaction that is open shows in them. */
  tables: Tables;
  /** Asked at the end of each transaction, a lone statement's too; `changes` is 0 for one that only read. */
  onCommit: (changes: number) => Verdict;
  /** Outside of transactions: what stands before the simulation begins. */
  addConnection(connection: SomeConnection): void;
}

/** `now` is the database's clock, ms since 1970. */
export function createMemory(options: { now(): number }): Memory {
  const transactions = createTransactions((changes) => memory.onCommit(changes));
  const store = createStore(options.now, transactions.undo);
  const statements: Statements = together(
    connectionStatements(store),
    countStatements(store),
    elementStatements(store),
    eventReadings(store),
    eventStatements(store),
    incidentStatements(store),
    laneStatements(store),
    personStatements(store),
    resultStatements(store),
    subjectStatements(store),
    writebackReadings(store),
    writebackStatements(store),
  );
  const records: Record<string, unknown> = {};
  for (const name in statements) {
    const statement = statements[name as keyof Statements] as Statement;
    // None takes more; a list of what is given would have to be made for each call.
    records[name] = (db: unknown, first: unknown, second: unknown, third: unknown, fourth: unknown) =>
      transactions.run(db, statement, first, second, third, fourth);
  }
  const memory: Memory = {
    records: records as unknown as Records,
    database: transactions.connect().database,
    connect: transactions.connect,
    tables: store.tables,
    onCommit: () => 'commit',
    addConnection: (connection) => addConnection(store, connection),
  };
  return memory;
}

/** All in one object. Spread into a literal, so many would give each memory shapes of its own, and every place that reads one would meet them anew. */
function together<Groups extends readonly object[]>(...groups: Groups): Together<Groups[number]> {
  return Object.assign({}, ...groups);
}

type Together<Group> = (Group extends unknown ? (one: Group) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Each function of `records`, without its handle and at once. */
type Statements = { [Name in keyof Records]: AtOnce<Records[Name]> };
type AtOnce<F> = F extends (db: never, ...given: infer Given) => Promise<infer Answer>
  ? (...given: Given) => Answer
  : never;
