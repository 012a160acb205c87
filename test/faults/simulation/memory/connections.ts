// Connections in memory, as src/store/connections/connections.ts has them.
import type { NewConnection } from '../../../../src/store/connections/connections.ts';
import { refusal, sqlState } from './refusals.ts';
import type { ConnectionRow } from './rows.ts';
import { byText, change, type Store } from './store.ts';
import { dateOrNull } from './times.ts';

/** What a connection must have; the rest has defaults. */
export type SomeConnection = Pick<NewConnection, 'id' | 'adapter' | 'kind'> & Partial<NewConnection>;

export function addConnection(store: Store, given: SomeConnection): void {
  const { connections } = store.tables;
  if (connections.has(given.id)) throw refusal(sqlState.unique, `connection "${given.id}" exists already`);
  // By name, as everywhere where rows are made: a spread gives each row a shape of its own, and every reader a new one to learn.
  connections.set(given.id, {
    id: given.id,
    adapter: given.adapter,
    kind: given.kind,
    settings: given.settings ?? {},
    scope: given.scope ?? {},
    pace: given.pace ?? {},
    worker: given.worker ?? 'interlock',
    direction: given.direction ?? 'both',
    secrets_current: given.secrets_current ?? null,
    status: 'active',
    secrets_next: null,
    circuit: 'closed',
    circuit_reason: null,
    circuit_until: null,
    circuit_trial: null,
    blocked_until: null,
    gone_states: [],
    created_at: store.now(),
    updated_at: store.now(),
  });
}

/** The statements; each without the database handle. */
export const connectionStatements = (store: Store) => {
  const { connections } = store.tables;
  const update = (id: string, to: Partial<ConnectionRow>): void => {
    const row = connections.get(id);
    if (row) change(store, row, to);
  };
  return {
    listConnections() {
      const now = store.now();
      const found: ReturnType<typeof listed>[] = [];
      for (const row of connections.values()) if (row.status !== 'removed') found.push(listed(row, now));
      return found.sort((a, b) => byText(a.id, b.id));
    },

    setCircuit(id: string, circuit: 'closed' | 'open' | 'half_open', reason: string | null, forMs = 0) {
      update(id, {
        circuit,
        circuit_reason: reason,
        circuit_trial: null,
        circuit_until: circuit === 'open' ? store.now() + forMs : null,
      });
    },

    setTrial(id: string, trial: string) {
      if (connections.get(id)?.circuit === 'half_open') update(id, { circuit_trial: trial });
    },

    blockConnection(id: string, forMs: number) {
      const until = store.now() + forMs;
      update(id, { blocked_until: Math.max(connections.get(id)?.blocked_until ?? until, until) });
    },

    halfOpenDueCircuits() {
      const now = store.now();
      const due = [...connections.values()].filter(
        (row) => row.circuit === 'open' && row.circuit_until !== null && row.circuit_until <= now,
      );
      for (const row of due) change(store, row, { circuit: 'half_open', circuit_until: null });
      return due.map((row) => row.id);
    },
  };
};

const listed = (row: ConnectionRow, now: number) => ({
  id: row.id,
  adapter: row.adapter,
  kind: row.kind,
  status: row.status,
  worker: row.worker,
  direction: row.direction,
  secrets_current: row.secrets_current,
  secrets_next: row.secrets_next,
  circuit: row.circuit,
  circuit_reason: row.circuit_reason,
  circuit_trial: row.circuit_trial,
  settings: { ...row.settings },
  scope: { ...row.scope },
  pace: { ...row.pace },
  circuit_until: dateOrNull(row.circuit_until),
  blocked_until: dateOrNull(row.blocked_until),
  gone_states: [...row.gone_states],
  created_at: new Date(row.created_at),
  updated_at: new Date(row.updated_at),
  blocked: row.blocked_until !== null && row.blocked_until > now,
  wave: null,
});
