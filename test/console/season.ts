// A small season written straight into the ledger, so that every figure of the pages has rows behind it: the same each time.
import { seededRandom } from '../../src/sandbox/kernel/random.ts';
import type { Db } from '../../src/store/database/database.ts';
import { ago, day, hour, ledgerRows, minute } from '../support/ledger-rows.ts';

/** Ways through the application machine; where a subject stands is the last state of its way. */
const ways: readonly (readonly [share: number, states: readonly string[]])[] = [
  [6, ['active.received']],
  [9, ['active.received', 'active.triage']],
  [12, ['active.received', 'active.triage', 'active.screening.invited']],
  [7, ['active.received', 'active.triage', 'active.screening.invited', 'active.screening.started']],
  [10, ['active.received', 'active.triage', 'active.screening.invited', 'active.screening.completed']],
  [
    8,
    [
      'active.received',
      'active.triage',
      'active.screening.invited',
      'active.screening.completed',
      'active.screening.passed',
      'active.interview.to_schedule',
    ],
  ],
  [
    7,
    [
      'active.received',
      'active.triage',
      'active.screening.invited',
      'active.screening.completed',
      'active.interview.to_schedule',
      'active.interview.scheduled',
    ],
  ],
  [
    4,
    [
      'active.received',
      'active.triage',
      'active.interview.to_schedule',
      'active.interview.scheduled',
      'active.interview.completed',
      'active.offer.drafted',
      'active.offer.extended',
    ],
  ],
  [
    9,
    [
      'active.received',
      'active.triage',
      'active.interview.to_schedule',
      'active.interview.scheduled',
      'active.interview.completed',
      'active.offer.drafted',
      'active.offer.extended',
      'active.offer.accepted',
      'hired',
    ],
  ],
  [14, ['active.received', 'active.triage', 'rejected']],
  [5, ['active.received', 'withdrawn']],
  [3, ['active.received', 'active.triage', 'on_hold']],
];

/** The event of each step, as the machine has it. */
const events: Readonly<Record<string, string>> = {
  'active.triage': 'triage.started',
  'active.screening.invited': 'screening.invited',
  'active.screening.started': 'screening.started',
  'active.screening.completed': 'screening.completed',
  'active.screening.passed': 'screening.passed',
  'active.interview.to_schedule': 'interview.requested',
  'active.interview.scheduled': 'interview.scheduled',
  'active.interview.completed': 'interview.completed',
  'active.offer.drafted': 'offer.drafted',
  'active.offer.extended': 'offer.extended',
  'active.offer.accepted': 'offer.accepted',
  hired: 'application.hired',
  rejected: 'application.rejected',
  withdrawn: 'application.withdrawn',
  on_hold: 'application.held',
};

const regions = ['EMEA', 'AMER', 'APAC'];

export interface Season {
  subjects: number;
  /** Subjects by state. */
  standing: ReadonlyMap<string, number>;
  refusedJumps: number;
}

/** Writes about 100 applications with their writebacks, and some trouble; in one transaction, which is much faster. */
export const playSeason = (db: Db): Promise<Season> => db.transaction().execute(write);

async function write(db: Db): Promise<Season> {
  const rows = ledgerRows(db);
  const random = seededRandom(7);
  for (const id of ['greenhouse-eu', 'bamboohr', 'board']) await rows.connection(id);
  const standing = new Map<string, number>();
  let subjects = 0;
  for (const [share, states] of ways)
    for (let nth = 0; nth < share; nth += 1) {
      const state = states.at(-1) ?? '';
      const late = nth % 5 === 4 && state.startsWith('active');
      const ended = !state.startsWith('active') && state !== 'on_hold';
      const subject = await rows.subject({ state, ended, slaDueAt: ended ? null : ago(late ? 6 * hour : -2 * day) });
      const since = await walk(db, subject, states, random.next);
      await db
        .updateTable('subject')
        .set({
          region: regions[subjects % 3] ?? null,
          business_unit: subjects % 2 === 0 ? 'Retail' : 'Technology',
          state_since: since,
        })
        .where('id', '=', subject)
        .execute();
      standing.set(state, (standing.get(state) ?? 0) + 1);
      subjects += 1;
    }
  return { subjects, standing, refusedJumps: await refuseSome(db, rows) };
}

/** One transition per step, each with two writebacks; gives when the last one was. */
async function walk(db: Db, subject: string, states: readonly string[], random: () => number): Promise<Date> {
  const rows = ledgerRows(db);
  let at = ago((5 + random() * 1.5) * day);
  for (const [index, state] of states.entries()) {
    const from = states[index - 1] ?? 'none';
    await rows.transition(subject, index + 1, { from, to: state, recordedAt: at });
    for (const connection of ['greenhouse-eu', 'board']) {
      const last = index === states.length - 1;
      const status = last && random() < 0.06 ? 'dead' : last && random() < 0.08 ? 'ready' : 'confirmed';
      const writeback = await rows.writeback(subject, connection, {
        status,
        eventType: events[state] ?? 'application.received',
        createdAt: at,
        occurredAt: at,
        ...(status === 'ready' ? { tries: 3 } : { settledAt: new Date(at.getTime() + 200 + random() * 4_000) }),
        ...(status === 'confirmed' ? { settledBy: 'readback', tries: random() < 0.1 ? 2 : 1 } : {}),
        ...(status === 'dead' ? { reason: 'stage_missing', tries: 8 } : {}),
      });
      await db.updateTable('writeback').set({ from_state: from }).where('id', '=', writeback).execute();
    }
    if (index < states.length - 1)
      at = new Date(Math.min(at.getTime() + (0.05 + random() * 0.9) * day, Date.now() - 10 * minute));
  }
  return at;
}

/** Somebody tried to leave `from` in ways that do not exist. */
const jumps: readonly (readonly [from: string, claim: string, kind: 'event' | 'stage', code: string, times: number])[] =
  [
    ['active.received', 'offer.extended', 'event', 'illegal_transition', 3],
    ['active.triage', 'active.offer.drafted', 'stage', 'illegal_transition', 7],
    ['active.screening.completed', 'application.rejected', 'event', 'source_not_authorised', 12],
    ['rejected', 'interview.scheduled', 'event', 'closed', 2],
  ];

async function refuseSome(db: Db, rows: ReturnType<typeof ledgerRows>): Promise<number> {
  let refused = 0;
  for (const [from, claim, kind, code, times] of jumps)
    for (let nth = 0; nth < times; nth += 1) {
      const subject = await db.selectFrom('subject').select('id').where('state', '=', from).executeTakeFirstOrThrow();
      await rows.event({
        subject: subject.id,
        claim,
        claimKind: kind,
        code,
        detail: { state: from, allowed: [], detail: 'refused' },
        source: 'connection:greenhouse-eu',
        receivedAt: ago(nth * hour + minute),
      });
      refused += 1;
    }
  return refused;
}
