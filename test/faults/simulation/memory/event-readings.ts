// Reading events in memory, as src/store/engine/events.ts and `findProbe` of src/store/engine/work.ts do.
import type { KnownEvent, ParkedEvent, ToldStage } from '../../../../src/store/engine/events.ts';
import type { RefName } from '../../../../src/store/engine/subjects.ts';
import { type EventRow, eventKey, pairKey, refKey } from './rows.ts';
import { byText, type Store } from './store.ts';
import { jsonTime, textTime } from './times.ts';

export const eventReadings = (store: Store) => {
  const { tables, indexes } = store;
  return {
    findEvents(keys: readonly { source: string; external_id: string }[]): KnownEvent[] {
      const known: KnownEvent[] = [];
      for (const { source, external_id } of keys) {
        const row = indexes.eventByName.get(eventKey(source, external_id));
        if (row) known.push(knownEvent(store, row));
      }
      return known;
    },

    findToldStages(subjects: readonly string[], sources: readonly string[]): ToldStage[] {
      if (subjects.length === 0 || sources.length === 0) return [];
      const told = new Map<string, ToldStage>();
      for (const row of tables.events.values()) {
        if (row.claim_kind === 'raw' || !sources.includes(row.source) || !isOf(row, subjects)) continue;
        const key = pairKey(row.subject_id, row.source);
        told.set(key, newest(row, told.get(key)));
      }
      return [...told.values()].sort((a, b) => byText(a.subject_id, b.subject_id) || byText(a.source, b.source));
    },

    lockParked(subjects: readonly string[], refs: readonly RefName[], ids: readonly string[]): ParkedEvent[] {
      if (indexes.parked.size === 0) return [];
      const names = new Set(refs.map((one) => refKey(one.system, one.machine, one.external_id)));
      const wanted = (row: EventRow): boolean => {
        if (ids.includes(row.id)) return true;
        if (row.subject_id !== null) return subjects.includes(row.subject_id);
        return (
          row.ref_system !== null && row.ref_id !== null && names.has(refKey(row.ref_system, row.machine, row.ref_id))
        );
      };
      return [...indexes.parked]
        .filter(wanted)
        .sort((a, b) => a.received_at - b.received_at || byText(a.id, b.id))
        .map((row) => parkedEvent(store, row));
    },

    findParkedPlaces(ids: readonly string[]) {
      if (ids.length === 0) return [];
      return [...new Set(ids)].flatMap((id) => {
        const row = tables.events.get(id);
        if (!row) return [];
        const { subject_id, ref_system, machine, ref_id } = row;
        return [{ id, subject_id, ref_system, machine, ref_id }];
      });
    },

    findExpiredParked(rowsMax: number) {
      if (indexes.parked.size === 0) return [];
      const now = store.now();
      return [...indexes.parked]
        .filter((row) => row.parked_until !== null && row.parked_until <= now)
        .sort((a, b) => (a.parked_until ?? 0) - (b.parked_until ?? 0))
        .slice(0, rowsMax)
        .map((row) => row.id);
    },

    findReleasable(rowsMax: number) {
      if (indexes.parked.size === 0) return [];
      const ids: string[] = [];
      for (const row of indexes.parked) {
        if (ids.length >= rowsMax) break;
        if (row.subject_id !== null || row.ref_system === null || row.ref_id === null) continue;
        if (tables.refs.has(refKey(row.ref_system, row.machine, row.ref_id))) ids.push(row.id);
      }
      const held = [...indexes.parked].filter((row) => {
        const parent = row.subject_id === null ? null : tables.subjects.get(row.subject_id)?.parent_id;
        const requisition = parent === null || parent === undefined ? undefined : tables.subjects.get(parent);
        return row.code === 'requisition' && requisition && requisition.state !== (row.detail?.requisition ?? null);
      });
      return [...ids, ...held.slice(0, rowsMax).map((row) => row.id)];
    },

    findProbe(connection: string, event: string) {
      const row = tables.events.get(event);
      if (row?.source !== `connection:${connection}` || row.disposition !== 'parked' || !row.ref_id) return undefined;
      return { ref_id: row.ref_id, raw: row.claim_kind === 'raw' };
    },
  };
};

function newest(row: EventRow & { subject_id: string }, known: ToldStage | undefined): ToldStage {
  const { subject_id, source, occurred_at, received_at, settled_at, disposition } = row;
  const isStage = row.claim_kind === 'stage';
  return {
    subject_id,
    source,
    occurred_at: later(known?.occurred_at, isStage ? occurred_at : null),
    refused_at: later(known?.refused_at, isStage && disposition === 'refused' ? received_at : null),
    settled_at: later(known?.settled_at, settled_at),
  };
}

const later = (known: Date | null | undefined, ms: number | null): Date | null =>
  ms === null || (known && known.getTime() >= ms) ? (known ?? null) : new Date(ms);

const isOf = (row: EventRow, subjects: readonly string[]): row is EventRow & { subject_id: string } =>
  row.subject_id !== null && subjects.includes(row.subject_id);

function knownEvent({ indexes }: Store, row: EventRow): KnownEvent {
  const { id, source, external_id, fingerprint, disposition, code, detail, subject_id, transition_version } = row;
  const caused = subject_id === null || transition_version === null ? [] : (indexes.writebacksOf.get(subject_id) ?? []);
  return {
    id,
    source,
    external_id,
    fingerprint,
    disposition,
    code,
    detail: detail && { ...detail },
    subject_id,
    transition_version,
    writebacks: caused
      .filter((one) => one.subject_version === transition_version)
      .filter((one) => one.cause === 'transition' || one.cause === 'origin')
      .sort((a, b) => byText(a.connection_id, b.connection_id))
      .map((one) => ({
        id: one.id,
        connection: one.connection_id,
        status: one.status,
        confirmedAt: one.status === 'confirmed' && one.settled_at !== null ? jsonTime(one.settled_at) : null,
      })),
  };
}

function parkedEvent(store: Store, row: EventRow): ParkedEvent {
  const person = store.tables.persons.get(row.person_id);
  const until = row.parked_until ?? 0;
  return {
    id: row.id,
    source: row.source,
    external_id: row.external_id,
    fingerprint: row.fingerprint,
    machine: row.machine,
    claim_kind: row.claim_kind,
    claim: row.claim,
    by_kind: row.by_kind,
    ref_system: row.ref_system,
    ref_id: row.ref_id,
    subject_id: row.subject_id,
    person_id: row.person_id,
    data_key: person?.data_key ?? null,
    commit_key: person?.commit_key ?? null,
    payload_ct: row.payload_ct,
    occurred_at: new Date(row.occurred_at),
    received_at: new Date(row.received_at),
    parked_for: row.parked_for ?? 'turn',
    parked_until: textTime(until),
    expired: until <= store.now(),
    probe_attempt: row.probe_attempt,
    probe_sent_at: row.probe_sent_at === null ? null : textTime(row.probe_sent_at),
  };
}
