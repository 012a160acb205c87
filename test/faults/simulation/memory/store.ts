// The tables with their indexes, and the few ways in which rows change: each leaves behind how it is undone.
import { refusal, sqlState } from './refusals.ts';
import type {
  AttemptRow,
  ConnectionRow,
  EventRow,
  IncidentRow,
  LaneRow,
  RefRow,
  Tables,
  TransitionRow,
  WritebackRow,
} from './rows.ts';

export interface Indexes {
  /** By source and external id. */
  eventByName: Map<string, EventRow>;
  parked: Set<EventRow>;
  transitionByEvent: Map<string, TransitionRow>;
  refsOf: Map<string, RefRow[]>;
  lanesOf: Map<string, LaneRow[]>;
  /** By subject, in the order of their birth. */
  writebacksOf: Map<string, WritebackRow[]>;
  /** By subject, then by connection, in lane order. */
  laneOrder: Map<string, Map<string, WritebackRow[]>>;
  /** By writeback. */
  attemptsOf: Map<string, AttemptRow[]>;
  /** Ready or leased. */
  open: Set<WritebackRow>;
  /** By key, while they are open. */
  openIncidents: Map<string, IncidentRow>;
}

export interface Store {
  tables: Tables;
  indexes: Indexes;
  /** `clock_timestamp()`, ms. */
  now(): number;
  /** Remembers how to take back what was just done. */
  undo(step: () => void): void;
}

export const createStore = (now: () => number, undo: Store['undo']): Store => ({
  tables: {
    connections: new Map<string, ConnectionRow>(),
    persons: new Map(),
    subjects: new Map(),
    refs: new Map(),
    elements: new Map(),
    events: new Map(),
    transitions: new Map(),
    lanes: new Map(),
    writebacks: new Map(),
    attempts: new Map(),
    echoes: new Map(),
    incidents: new Map(),
    counts: new Map(),
  },
  indexes: {
    eventByName: new Map(),
    parked: new Set(),
    transitionByEvent: new Map(),
    refsOf: new Map(),
    lanesOf: new Map(),
    writebacksOf: new Map(),
    laneOrder: new Map(),
    attemptsOf: new Map(),
    open: new Set(),
    openIncidents: new Map(),
  },
  now,
  undo,
});

const nothing: readonly never[] = [];

/** The writebacks of a lane, in their order. Looked for by its two names: one text of both would have to be made and hashed each time. */
export const laneOrderOf = ({ indexes }: Store, subject: string, connection: string): readonly WritebackRow[] =>
  indexes.laneOrder.get(subject)?.get(connection) ?? nothing;

/** A subject has few lanes. */
export function laneOf({ indexes }: Store, subject: string, connection: string): LaneRow | undefined {
  const lanes = indexes.lanesOf.get(subject);
  if (lanes) for (const lane of lanes) if (lane.connection_id === connection) return lane;
  return undefined;
}

export function put<K, T>(store: Store, map: Map<K, T>, key: K, row: T): void {
  map.set(key, row);
  store.undo(() => void map.delete(key));
}

/** Adds a row under a key that nobody has; a unique violation otherwise. */
export function putNew<K, T>(store: Store, map: Map<K, T>, key: K, row: T, constraint: string): void {
  if (map.has(key)) throw refusal(sqlState.unique, `duplicate key value violates unique constraint "${constraint}"`);
  put(store, map, key, row);
}

export function remove<K, T>(store: Store, map: Map<K, T>, key: K): void {
  const row = map.get(key);
  if (row === undefined || !map.delete(key)) return;
  store.undo(() => void map.set(key, row));
}

/** Puts a row into a set or takes it out. */
export function hold<T>(store: Store, set: Set<T>, row: T, member: boolean): void {
  if (set.has(row) === member) return;
  if (member) set.add(row);
  else set.delete(row);
  store.undo(() => void (member ? set.delete(row) : set.add(row)));
}

/** Appends to the list under a key. */
export function append<T>(store: Store, lists: Map<string, T[]>, key: string, row: T): void {
  const list = lists.get(key);
  if (list) list.push(row);
  else lists.set(key, [row]);
  // Undone last to first, so it is the last one again.
  store.undo(() => void lists.get(key)?.pop());
}

/** Changes a row in place. */
export function change<T extends object>(store: Store, row: T, to: Partial<T>): void {
  const columns = Object.keys(to) as (keyof T)[];
  const before: T[keyof T][] = [];
  for (const column of columns) {
    before.push(row[column]);
    row[column] = to[column] as T[keyof T];
  }
  store.undo(() => {
    for (let at = 0; at < columns.length; at += 1) row[columns[at] as keyof T] = before[at] as T[keyof T];
  });
}

/** Every column but these must have a value. */
export function refuseNulls(row: object, nullable: ReadonlySet<string>): void {
  // The one loop over a row's columns that costs no more than reading them.
  for (const column in row) {
    const value = (row as Record<string, unknown>)[column];
    if ((value === null || value === undefined) && !nullable.has(column))
      throw refusal(sqlState.notNull, `null value in column "${column}" violates not-null constraint`);
  }
}

export function refuseUnless(kept: boolean, constraint: string): void {
  if (!kept) throw refusal(sqlState.check, `new row violates check constraint "${constraint}"`);
}

/** A name that is null refers to nothing. */
export function refuseUnknown(rows: ReadonlyMap<string, unknown>, key: string | null, constraint: string): void {
  if (key !== null && !rows.has(key))
    throw refusal(sqlState.foreignKey, `insert or update violates foreign key constraint "${constraint}"`);
}

/** In the order of code units, as the collation C has it. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each once, in the order of their first; mostly there is one, or none. */
export const distinct = <T>(items: readonly T[]): readonly T[] => (items.length < 2 ? items : [...new Set(items)]);
