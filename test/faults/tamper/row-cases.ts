// Tampering with rows of the log: each column, rows that go, rows that come, rows that change places.
import { atCheckpointOf, atRow, type Case, other, victim } from './case.ts';

/** Every column that the hash covers, and what is written into it. */
const columns: readonly [column: string, value: string][] = [
  ['event_id', `'evt_forged'`],
  ['type', `'application.rejected'`],
  ['from_state', `'active.offer.extended'`],
  ['to_state', `'active.offer.extended'`],
  ['history', `'active.triage'`],
  ['machine', `'requisition'`],
  ['machine_version', '1'],
  ['machine_hash', `repeat('0', 64)`],
  ['source', `'client:cli_somebody'`],
  ['by_kind', `'ats'`],
  ['occurred_at', `occurred_at - interval '1 day'`],
  ['recorded_at', `recorded_at + interval '1 microsecond'`],
  ['payload_commit', `sha256('forged')`],
  ['hash', `sha256('forged')`],
];

const inColumns: Case[] = columns.map(([column, value]) => ({
  name: `${column} of a row is changed`,
  tamper: ({ run }, log) =>
    run(`update transition set ${column} = ${value} where subject_id = $1 and version = 2`, victim(log)),
  found: atRow(2, 'changed'),
}));

const drop = 'delete from transition where subject_id = $1';
const dropEvent = `delete from event where subject_id = $1 and transition_version`;

/** The subject stands where its fourth transition left it. */
const setBack = `update subject s set version = t.version, state = t.to_state, history = t.history, chain_head = t.hash
  from transition t where t.subject_id = s.id and t.version = 4 and s.id = $1`;

/** A row as the fifth one is, after it. */
const append = (event: string, hash: string): string => `
  insert into transition (subject_id, version, event_id, type, from_state, to_state, history, machine, machine_version, machine_hash, source, by_kind,
      occurred_at, recorded_at, payload_commit, prev_hash, hash)
    select subject_id, 6, ${event}, 'application.rejected', to_state, 'rejected', history, machine, machine_version, machine_hash, source, by_kind,
      occurred_at, recorded_at, payload_commit, hash, ${hash} from transition where subject_id = $1 and version = 5`;

const forgeEvent = `
  insert into event (id, source, external_id, fingerprint, machine, claim_kind, claim, by_kind, ref_system, ref_id, subject_id, person_id, payload_ct,
      occurred_at, received_at, disposition, transition_version, settled_at)
    select 'evt_forged', source, 'forged', fingerprint, machine, claim_kind, 'application.rejected', by_kind, ref_system, ref_id, subject_id, person_id, payload_ct,
      occurred_at, received_at, 'applied', 6, settled_at from event where subject_id = $1 and transition_version = 5`;

const comeAndGo: Case[] = [
  {
    name: 'the first row of a subject is deleted',
    tamper: ({ run }, log) => run(`${drop} and version = 1`, victim(log)),
    found: atRow(1, 'missing'),
  },
  {
    name: 'a row in the middle is deleted',
    tamper: ({ run }, log) => run(`${drop} and version = 3`, victim(log)),
    found: atRow(3, 'missing'),
  },
  {
    name: 'the last row is deleted',
    tamper: ({ run }, log) => run(`${drop} and version = 5`, victim(log)),
    found: atRow(5, 'end_cut_off'),
  },
  {
    name: 'all rows of a subject are deleted',
    tamper: ({ run }, log) => run(drop, victim(log)),
    found: atRow(1, 'end_cut_off'),
  },
  {
    name: 'the end is cut off and the subject set back with it',
    async tamper({ run }, log) {
      await run(`${drop} and version = 5`, victim(log));
      await run(setBack, victim(log));
    },
    found: atRow(5, 'end_cut_off'),
    elsewhere: atCheckpointOf(5, 'rows_missing'),
  },
  {
    name: 'the end is cut off with its event, and the subject set back with it',
    async tamper({ run }, log) {
      await run(`${drop} and version = 5`, victim(log));
      await run(`${dropEvent} = 5`, victim(log));
      await run(setBack, victim(log));
    },
    found: atCheckpointOf(5, 'rows_missing'),
  },
  {
    name: 'a subject is deleted with everything about it',
    async tamper({ run }, log) {
      for (const table of ['transition', 'event', 'subject_ref', 'element_value'])
        await run(`delete from ${table} where subject_id = $1`, victim(log));
      await run('delete from subject where id = $1', victim(log));
    },
    found: atCheckpointOf(1, 'rows_missing'),
  },
  {
    name: 'a forged row with a fresh hash is appended, without an event',
    async tamper({ run, restamp }, log) {
      await run(append(`'evt_forged'`, `''`), victim(log));
      await restamp(victim(log), () => {});
    },
    found: atRow(6, 'event_missing'),
    // Not sealed yet, and an export has no events: whoever may write to the log may append to it.
    elsewhere: null,
  },
  {
    name: 'a forged row with a fresh hash is appended, with an event that carries another one’s payload',
    async tamper({ run, restamp }, log) {
      await run(forgeEvent, victim(log));
      await run(append(`'evt_forged'`, `''`), victim(log));
      await restamp(victim(log), () => {});
    },
    found: atRow(6, 'payload_differs'),
    elsewhere: null,
  },
  {
    name: 'a forged row is appended, with a hash that is none',
    tamper: ({ run }, log) => run(append(`'evt_forged'`, `sha256('forged')`), victim(log)),
    found: atRow(6, 'changed'),
  },
  {
    name: 'a forged row is slipped in among the sealed ones',
    async tamper({ run, restamp }, log) {
      await run(forgeEvent, victim(log));
      await run(append(`'evt_forged'`, `''`), victim(log));
      await run(
        `update transition t set xid = o.xid from transition o where o.subject_id = $1 and o.version = 5 and t.subject_id = $1 and t.version = 6`,
        victim(log),
      );
      await run(`update event set disposition = 'refused', transition_version = null where id = 'evt_forged'`);
      await restamp(victim(log), () => {});
    },
    found: atRow(6, 'event_differs'),
    elsewhere: atCheckpointOf(5, 'rows_added'),
  },
];

const swapVersions = `update transition set version = case version when 2 then 3 else 2 end where subject_id = $1 and version in (2, 3)`;

const changePlaces: Case[] = [
  {
    name: 'a row is given to another subject',
    tamper: ({ run }, log) =>
      run(
        'update transition set subject_id = $1, version = 6 where subject_id = $2 and version = 2',
        other(log),
        victim(log),
      ),
    found: atRow(2, 'missing'),
  },
  {
    name: 'the version of a row is changed',
    tamper: ({ run }, log) =>
      run('update transition set version = 9 where subject_id = $1 and version = 2', victim(log)),
    found: atRow(2, 'missing'),
  },
  {
    name: 'two rows change places',
    async tamper({ run }, log) {
      await run('alter table transition drop constraint transition_pkey');
      await run(swapVersions, victim(log));
    },
    found: atRow(2, 'not_linked'),
  },
  {
    name: 'two rows change places and all hashes are computed anew',
    async tamper({ run, restamp }, log) {
      await run('alter table transition drop constraint transition_pkey');
      await run(swapVersions, victim(log));
      await restamp(victim(log), () => {});
    },
    found: atRow(2, 'impossible_step'),
  },
  {
    name: 'prev_hash of a row is changed',
    tamper: ({ run }, log) =>
      run(`update transition set prev_hash = sha256('forged') where subject_id = $1 and version = 2`, victim(log)),
    found: atRow(2, 'not_linked'),
  },
  {
    name: 'a row is put into another transaction, to be sealed again',
    tamper: ({ run }, log) =>
      run('update transition set xid = pg_current_xact_id() where subject_id = $1 and version = 2', victim(log)),
    found: atCheckpointOf(2, 'rows_missing'),
  },
  {
    name: 'a row is put into another epoch',
    tamper: ({ run }, log) => run('update transition set epoch = 2 where subject_id = $1 and version = 2', victim(log)),
    found: atCheckpointOf(2, 'rows_missing'),
  },
  {
    name: 'a sealed row is put under an earlier checkpoint',
    tamper: ({ run }, log) => run(`update transition set xid = '3' where subject_id = $1 and version = 5`, victim(log)),
    found: atCheckpointOf(1, 'rows_added'),
  },
];

const restamped: Case[] = [
  {
    name: 'a whole chain is restamped, and its events and subject with it',
    async tamper({ run, restamp }, log) {
      await restamp(victim(log), (rows) => {
        for (const row of rows) row.source = 'client:cli_somebody';
      });
      await run(
        `update event set source = 'client:cli_somebody' where subject_id = $1 and disposition = 'applied'`,
        victim(log),
      );
    },
    found: atCheckpointOf(1, 'rows_changed'),
  },
  {
    name: 'a step that no machine has is restamped into the chain',
    tamper: ({ restamp }, log) =>
      restamp(victim(log), (rows) => {
        for (const row of rows.slice(4)) row.to = 'hired';
      }),
    found: atRow(5, 'impossible_step'),
  },
  {
    name: 'what a subject would resume to is restamped',
    tamper: ({ restamp }, log) =>
      restamp(victim(log), (rows) => {
        for (const row of rows.slice(3)) row.history = 'active.offer.extended';
      }),
    found: atRow(4, 'impossible_step'),
  },
];

export const rowCases: Case[] = [...inColumns, ...comeAndGo, ...changePlaces, ...restamped];
