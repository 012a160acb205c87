// Incidents in memory, as src/store/settling/incidents.ts has them.
import { type NewIncident, onePerKey } from '../../../../src/store/settling/incidents.ts';
import type { IncidentRow, Tables } from './rows.ts';
import { change, put, putNew, refuseNulls, refuseUnknown, refuseUnless, remove, type Store } from './store.ts';
import { toMs } from './times.ts';

const nullable = new Set(
  'subject_id connection_id writeback_id event_id element values_ct settled_at settled_by resolution assigned_to assigned_at'.split(
    ' ',
  ),
);
const kinds = new Set(
  'field_conflict divergence dead_writeback duplicate_profile event_expired fingerprint_conflict quarantined_event'.split(
    ' ',
  ),
);

export const incidentStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    openIncidents(incidents: readonly NewIncident[]) {
      const added = onePerKey(incidents).filter((given) => {
        const row: IncidentRow = {
          id: given.id,
          kind: given.kind,
          key: given.key,
          subject_id: given.subject_id,
          connection_id: given.connection_id,
          writeback_id: given.writeback_id,
          event_id: given.event_id,
          owner: given.owner,
          element: given.element,
          values_ct: given.values_ct,
          times: given.times,
          detail: { ...given.detail },
          opened_at: store.now(),
          seen_at: store.now(),
          settled_at: null,
          settled_by: null,
          resolution: null,
          assigned_to: null,
          assigned_at: null,
        };
        refuseNulls(row, nullable);
        refuseUnless(kinds.has(row.kind), 'incident_kind_check');
        refuseUnless((row.kind === 'field_conflict') === (row.element !== null), 'incident_check1');
        const open = indexes.openIncidents.get(row.key);
        if (open) {
          const news =
            row.values_ct === null ? {} : { values_ct: row.values_ct, detail: row.detail, event_id: row.event_id };
          change(store, open, { seen_at: store.now(), times: open.times + row.times, ...news });
          if (row.values_ct !== null) refuseStrangers(tables, { ...open, ...news });
          return false;
        }
        putNew(store, tables.incidents, row.id, row, 'incident_pkey');
        put(store, indexes.openIncidents, row.key, row);
        return true;
      });
      for (const row of added) refuseStrangers(tables, row);
    },

    settleIncidents(
      keys: readonly string[],
      by: string,
      resolution: string,
      seenUntil: Readonly<Record<string, string>> = {},
    ) {
      let settled = 0;
      for (const key of new Set(keys)) {
        const row = indexes.openIncidents.get(key);
        const until = seenUntil[key];
        if (!row || (until !== undefined && row.seen_at >= toMs(until))) continue;
        change(store, row, { settled_at: store.now(), settled_by: by, resolution });
        remove(store, indexes.openIncidents, key);
        settled += 1;
      }
      return settled;
    },
  };
};

function refuseStrangers(
  tables: Tables,
  row: Pick<NewIncident, 'subject_id' | 'connection_id' | 'writeback_id' | 'event_id'>,
): void {
  refuseUnknown(tables.subjects, row.subject_id, 'incident_subject_id_fkey');
  refuseUnknown(tables.connections, row.connection_id, 'incident_connection_id_fkey');
  refuseUnknown(tables.writebacks, row.writeback_id, 'incident_writeback_id_fkey');
  refuseUnknown(tables.events, row.event_id, 'incident_event_id_fkey');
}
