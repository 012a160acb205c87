// Events in memory, as src/store/engine/events.ts has them.
import type { EventRow as NewEvent } from '../../../../src/store/engine/events.ts';
import { refusal, sqlState } from './refusals.ts';
import { type EventRow, eventKey } from './rows.ts';
import { change, hold, put, putNew, refuseNulls, refuseUnknown, refuseUnless, type Store } from './store.ts';
import { toMs, toMsOrNull } from './times.ts';

const nullable = new Set(
  'claim ref_system ref_id subject_id payload_ct code detail transition_version settled_at parked_for parked_until probe_sent_at probe_due_at'.split(
    ' ',
  ),
);
const dispositions = new Set('applied duplicate echo stale refused quarantined parked'.split(' '));
const claimKinds = new Set(['event', 'stage', 'raw']);
const reasonsToWait = new Set(['turn', 'subject', 'probe']);

/** What changes events. */
export const eventStatements = (store: Store) => {
  const { tables, indexes } = store;
  return {
    insertEvents(rows: readonly NewEvent[]) {
      for (const given of rows) {
        const row: EventRow = {
          id: given.id,
          source: given.source,
          external_id: given.external_id,
          fingerprint: given.fingerprint,
          machine: given.machine,
          claim_kind: given.claim_kind,
          claim: given.claim,
          by_kind: given.by_kind,
          ref_system: given.ref_system,
          ref_id: given.ref_id,
          subject_id: given.subject_id,
          person_id: given.person_id,
          payload_ct: given.payload_ct,
          disposition: given.disposition,
          code: given.code,
          transition_version: given.transition_version,
          parked_for: given.parked_for,
          probe_attempt: given.probe_attempt,
          detail: given.detail && { ...given.detail },
          occurred_at: toMs(given.occurred_at),
          received_at: toMs(given.received_at),
          settled_at: toMsOrNull(given.settled_at),
          parked_until: toMsOrNull(given.parked_until),
          probe_sent_at: toMsOrNull(given.probe_sent_at),
          probe_due_at: toMsOrNull(given.probe_due_at),
        };
        check(row);
        putNew(store, tables.events, row.id, row, 'event_pkey');
        putNew(store, indexes.eventByName, eventKey(row.source, row.external_id), row, 'event_source_external_id_key');
        hold(store, indexes.parked, row, row.disposition === 'parked');
      }
      for (const row of rows) {
        refuseUnknown(tables.persons, row.person_id, 'event_person_id_fkey');
        refuseUnknown(tables.subjects, row.subject_id, 'event_subject_id_fkey');
      }
    },

    updateEvents(rows: readonly Partial<NewEvent>[]) {
      for (const given of rows) {
        const row = given.id === undefined ? undefined : tables.events.get(given.id);
        if (!row) continue;
        const disposition = given.disposition ?? (null as unknown as string);
        if (row.disposition !== 'parked' && disposition !== row.disposition)
          throw refusal(sqlState.rule, `event ${row.id} is already ${row.disposition}`);
        change(store, row, {
          disposition,
          code: given.code ?? null,
          detail: given.detail ? { ...given.detail } : null,
          subject_id: given.subject_id ?? null,
          transition_version: given.transition_version ?? null,
          settled_at: toMsOrNull(given.settled_at),
          parked_for: given.parked_for ?? null,
          parked_until: toMsOrNull(given.parked_until),
          probe_attempt: given.probe_attempt ?? (null as unknown as number),
          probe_sent_at: toMsOrNull(given.probe_sent_at),
          probe_due_at: toMsOrNull(given.probe_due_at),
        });
        check(row);
        hold(store, indexes.parked, row, row.disposition === 'parked');
      }
      for (const row of rows) refuseUnknown(tables.subjects, row.subject_id ?? null, 'event_subject_id_fkey');
    },

    claimDueProbes(retryMs: number, rowsMax: number) {
      if (indexes.parked.size === 0) return [];
      const now = store.now();
      return [...indexes.parked]
        .filter((row) => row.probe_due_at !== null && row.probe_due_at <= now)
        .sort((a, b) => (a.probe_due_at ?? 0) - (b.probe_due_at ?? 0))
        .slice(0, rowsMax)
        .map((row) => {
          const probe_attempt = row.probe_attempt + 1;
          change(store, row, {
            probe_attempt,
            probe_sent_at: store.now(),
            probe_due_at: store.now() + Math.min(probe_attempt, 60) * retryMs,
          });
          return { id: row.id, source: row.source, attempt: row.probe_attempt };
        });
    },

    insertEchoes(rows: readonly { writeback_id: string; event_id: string; value: string }[]) {
      const added = rows.filter(({ writeback_id, event_id, value }) => {
        if (tables.echoes.has(writeback_id)) return false;
        put(store, tables.echoes, writeback_id, { writeback_id, event_id, value, used_at: store.now() });
        return true;
      });
      for (const row of added) {
        refuseUnknown(tables.writebacks, row.writeback_id, 'echo_writeback_id_fkey');
        refuseUnknown(tables.events, row.event_id, 'echo_event_id_fkey');
      }
    },
  };
};

function check(row: EventRow): void {
  refuseNulls(row, nullable);
  const parked = row.disposition === 'parked';
  refuseUnless(dispositions.has(row.disposition), 'event_disposition_check');
  refuseUnless(claimKinds.has(row.claim_kind), 'event_claim_kind_check');
  refuseUnless(row.parked_for === null || reasonsToWait.has(row.parked_for), 'event_parked_for_check');
  refuseUnless(parked === (row.settled_at === null), 'event_check');
  refuseUnless(parked === (row.parked_until !== null && row.parked_for !== null), 'event_check1');
  refuseUnless((row.disposition === 'applied') === (row.transition_version !== null), 'event_check2');
}
