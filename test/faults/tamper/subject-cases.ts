// Tampering with what the log leads to: the subject's own row, its person's keys, and the machines it ran.
import type { LogFault } from '../../../src/core/log/faults.ts';
import { atRow, type Case, victim } from './case.ts';
import type { TamperedLog } from './log.ts';

const set =
  (what: string): Case['tamper'] =>
  ({ run }, log) =>
    run(`update subject set ${what} where id = $1`, victim(log));

/** The same person's keys as somebody else has them. */
const otherKeys = `update person set data_key = o.data_key, commit_key = o.commit_key from person o
  where person.id = (select person_id from subject where id = $1) and o.id <> person.id and o.data_key is not null`;

/** The first subject of the machine `application`: all of them run the version that was changed. */
const firstOfMachine = (log: TamperedLog): LogFault => ({
  kind: 'row',
  subject: log.firstApplication,
  version: 1,
  fault: 'machine_differs',
});

export const subjectCases: Case[] = [
  { name: 'the state of a subject is changed', tamper: set(`state = 'hired'`), found: atRow(5, 'state_differs') },
  {
    name: 'the history of a subject is changed',
    tamper: set(`history = 'active.received'`),
    found: atRow(5, 'state_differs'),
  },
  {
    name: 'the machine of a subject is changed',
    tamper: set(`machine = 'requisition'`),
    found: atRow(5, 'state_differs'),
  },
  {
    name: 'the machine version of a subject is changed',
    tamper: set('machine_version = 1'),
    found: atRow(5, 'state_differs'),
  },
  { name: 'the version of a subject is changed', tamper: set('version = 6'), found: atRow(6, 'end_cut_off') },
  {
    name: 'the chain head of a subject is changed',
    tamper: set(`chain_head = sha256('forged')`),
    found: atRow(6, 'end_cut_off'),
  },
  {
    name: 'a subject is deleted and its rows are left',
    tamper: ({ run }, log) => run('delete from subject where id = $1', victim(log)),
    found: atRow(1, 'subject_missing'),
  },
  {
    name: 'the keys of a person are replaced',
    tamper: ({ run }, log) => run(otherKeys, victim(log)),
    found: atRow(1, 'payload_differs'),
    elsewhere: null,
  },
  {
    name: 'the keys of a person are destroyed without an erasure on record',
    async tamper({ run }, log) {
      await run(
        `update person set data_key = null, commit_key = null, erased_at = now() where id = (select person_id from subject where id = $1)`,
        victim(log),
      );
      await run(`update event set payload_ct = null, fingerprint = 'erased' where subject_id = $1`, victim(log));
    },
    found: atRow(1, 'erased_unrecorded'),
    elsewhere: null,
  },
  {
    name: 'the definition of a machine is changed',
    tamper: ({ run }) =>
      run(
        `update machine_version set definition = jsonb_set(definition, '{description}', '"forged"') where machine = 'application' and version = 2`,
      ),
    found: () => ({ kind: 'machine', machine: 'application', version: 2, fault: 'changed' }),
  },
  {
    name: 'the definition of a machine is changed, and its hash with it',
    async tamper({ run, tx }) {
      const { fingerprint } = await import('../../../src/core/canonical-json.ts');
      const { definition } = await tx
        .selectFrom('machine_version')
        .select('definition')
        .where('machine', '=', 'application')
        .where('version', '=', 2)
        .executeTakeFirstOrThrow();
      const forged = { ...definition, description: 'forged' };
      await run(
        `update machine_version set definition = $1, hash = $2 where machine = 'application' and version = 2`,
        JSON.stringify(forged),
        fingerprint(forged),
      );
    },
    found: firstOfMachine,
  },
  {
    name: 'a machine version is deleted',
    tamper: ({ run }) => run(`delete from machine_version where machine = 'application' and version = 2`),
    found: firstOfMachine,
  },
];
