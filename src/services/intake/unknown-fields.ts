// Keeps count of what vendors send and the mapping keeps out: noted in memory while accepting, written down a little later.
import type { TranslatedEvent } from '../../adapters/port.ts';
import { limits } from '../../core/limits.ts';
import { findConnection } from '../../store/connections/connections.ts';
import { countUnknownFields, listUnknownFields, type UnknownField } from '../../store/reconcile/unknown-fields.ts';
import type { Context } from '../context.ts';

export interface UnknownFields {
  note(connection: string, event: Pick<TranslatedEvent, 'unknown' | 'faults'>): void;
  /** What was noted since, by connection; taken once. */
  take(): Map<string, UnknownField[]>;
}

export function createUnknownFields(): UnknownFields {
  let noted = new Map<string, Map<string, UnknownField>>();
  const add = (connection: string, field: Omit<UnknownField, 'seen'>): void => {
    const there = noted.get(connection) ?? new Map<string, UnknownField>();
    noted.set(connection, there);
    const key = `${field.kind} ${field.pointer}`;
    // Beyond the bound they could not be kept either: counted together.
    const kept = there.has(key) || there.size < limits.unknownFieldsMax ? field : { ...field, pointer: '', code: '' };
    const place = `${kept.kind} ${kept.pointer}`;
    there.set(place, { ...kept, seen: (there.get(place)?.seen ?? 0) + 1 });
  };
  return {
    note(connection, { unknown = [], faults = [] }) {
      for (const pointer of unknown) add(connection, { pointer, kind: 'unmapped', code: '' });
      for (const { pointer, code } of faults) add(connection, { pointer, kind: 'unreadable', code });
    },
    take() {
      const taken = new Map([...noted].map(([connection, fields]) => [connection, [...fields.values()]]));
      noted = new Map();
      return taken;
    },
  };
}

/** Writes down what was noted. What a crash loses are counts of the last seconds. */
export async function keepUnknownFields(context: Context): Promise<void> {
  for (const [connection, found] of context.unknownFields.take())
    await context.database.engine
      .transaction()
      .execute((tx) => countUnknownFields(tx, connection, found, limits.unknownFieldsMax));
}

export interface UnknownFieldView {
  pointer: string;
  kind: 'unmapped' | 'unreadable';
  code: string | null;
  seen: number;
  firstSeenAt: string;
  lastSeenAt: string;
}

/** Null for a connection that there never was. */
export async function readUnknownFields(context: Context, connection: string): Promise<UnknownFieldView[] | null> {
  if (!(await findConnection(context.database.reports, connection))) return null;
  const rows = await listUnknownFields(context.database.reports, connection, limits.unknownFieldsMax + 2);
  return rows.map((row) => ({
    pointer: row.pointer,
    kind: row.kind,
    code: row.code === '' ? null : row.code,
    seen: row.seen,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  }));
}
