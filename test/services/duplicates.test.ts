// Duplicate profiles: found by what is indexed blindly, proposed with the evidence, linked by a person or by the system's own merge.

import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { acceptWebhook } from '../../src/services/intake/accept-webhook.ts';
import { erasePerson } from '../../src/services/persons/erase-person.ts';
import { exportPerson } from '../../src/services/persons/export-person.ts';
import { readPerson } from '../../src/services/persons/find-persons.ts';
import { holdPerson } from '../../src/services/persons/hold-person.ts';
import { findDue } from '../../src/services/persons/keep-retention.ts';
import { proposeMerges } from '../../src/services/persons/propose-merges.ts';
import { settleDuplicate } from '../../src/services/settling/settle-duplicates.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { greenhouseStages, secrets } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const actor = { kind: 'cli', id: 'tester' } as const;
const wish = { actor, basis: 'consent_withdrawn', reason: 'request 3' } as const;
let service: TestContext;

beforeAll(async () => {
  service = await createTestContext();
});
afterAll(async () => service[Symbol.asyncDispose]());

const db = () => service.context.database.reports;

interface Human {
  first?: string;
  last?: string;
  email?: string;
  phone?: string;
}

let count = 0;
/** An application of somebody; gives the person and the subject. */
async function applicant({
  first,
  last,
  email,
  phone,
}: Human): Promise<{ person: string; subject: string; ref: string }> {
  count += 1;
  const ref = `D${count}`;
  const data = Object.entries({
    'candidate.firstName': first,
    'candidate.lastName': last,
    'candidate.email': email,
    'candidate.phone': phone,
  }).filter(([, value]) => value !== undefined);
  const { subject } = await service.context
    .recorder()
    .record(intake(ref, 'application.received', { data: Object.fromEntries(data) }));
  return { person: await personOf(subject as string), subject: subject as string, ref };
}
const personOf = async (subject: string): Promise<string> =>
  (await db().selectFrom('subject').select('person_id').where('id', '=', subject).executeTakeFirstOrThrow()).person_id;
const compareAll = async (): Promise<void> => {
  while ((await proposeMerges(service.context)) > 0);
};
const proposals = async (...persons: string[]) => {
  await compareAll();
  const rows = await db()
    .selectFrom('incident')
    .selectAll()
    .where('kind', '=', 'duplicate_profile')
    .orderBy('id')
    .execute();
  return rows.filter((row) => persons.every((person) => row.key.includes(person)));
};
const onlyProposal = async (...persons: string[]) => {
  const [one, ...more] = await proposals(...persons);
  expect(more).toEqual([]);
  if (!one) throw new Error('Nobody proposed it.');
  return one;
};

describe('two persons are proposed to be one', () => {
  test('by the same address, however it is written', async () => {
    const one = await applicant({ first: 'Ada', last: 'Lovelace', email: 'Ada.L@example.com' });
    const other = await applicant({ first: 'A.', last: 'King', email: ' ada.l@EXAMPLE.com' });
    expect(await onlyProposal(one.person, other.person)).toMatchObject({
      detail: { evidence: { email: true, phone: false } },
      settled_at: null,
      owner: 'recruiting operations',
    });
  });

  test('by the same number, with the code of the country or without, and a name that is no stranger', async () => {
    const one = await applicant({ first: 'Grace', last: 'Hopper', phone: '+49 (30) 901-820' });
    const other = await applicant({ first: 'Gracie', last: 'Hopper', phone: '030 901820', email: 'gh@example.com' });
    const wife = await applicant({ first: 'Vincent', last: 'Foster', phone: '030 901820' });
    expect(await onlyProposal(one.person, other.person)).toMatchObject({ detail: { evidence: { phone: true } } });
    expect(await proposals(one.person, wife.person)).toEqual([]);
  });

  test('by a name with a slip in it, unless many share the name', async () => {
    const one = await applicant({ first: 'Wilhelmina', last: 'Quackenbush', email: 'w1@example.com' });
    const other = await applicant({ first: 'Wilhelmína', last: 'Quackenbusch', email: 'w2@example.com' });
    const { detail } = await onlyProposal(one.person, other.person);
    expect(detail).toMatchObject({ evidence: { email: false, phone: false } });
    expect((detail as { evidence: { name: number } }).evidence.name).toBeGreaterThanOrEqual(0.8);
    const smiths = [];
    for (let n = 0; n < 9; n += 1)
      smiths.push(await applicant({ first: 'John', last: 'Smith', email: `js${n}@example.com` }));
    await compareAll();
    const last = await applicant({ first: 'John', last: 'Smith', email: 'js-last@example.com' });
    expect(await proposals(last.person)).toEqual([]);
  });

  test('not by a name whose two bearers have numbers of their own', async () => {
    const one = await applicant({
      first: 'Theodora',
      last: 'Blackwood',
      phone: '+44 20 7946 0101',
      email: 't1@example.com',
    });
    const other = await applicant({
      first: 'Theodora',
      last: 'Blackwood',
      phone: '+44 20 7946 0999',
      email: 't2@example.com',
    });
    expect(await proposals(one.person, other.person)).toEqual([]);
  });

  test('once only, whatever was answered, and not for a hire that comes from the application', async () => {
    const one = await applicant({ first: 'Alan', last: 'Turing', email: 'alan@example.com' });
    const other = await applicant({ first: 'Alan', last: 'Turing', email: 'alan@example.com' });
    const { id } = await onlyProposal(one.person, other.person);
    expect(await settleDuplicate(service.context, id, { same: false, actor, reason: 'father and son' })).toEqual({
      kind: 'done',
      persons: expect.arrayContaining([one.person, other.person]) as string[],
    });
    const news = intake(other.ref, 'triage.started', { data: { 'candidate.phone': '+44 20 7946 0958' } });
    await service.context.recorder().record(news);
    expect(await onlyProposal(one.person, other.person)).toMatchObject({ id });
    expect((await readPerson(service.context, one.person))?.linked).toEqual([]);
  });

  test('when something is learnt later', async () => {
    const one = await applicant({ first: 'Hedy', last: 'Lamarr', email: 'hedy@example.com' });
    const other = await applicant({});
    expect(await proposals(one.person, other.person)).toEqual([]);
    await service.context
      .recorder()
      .record(intake(other.ref, 'triage.started', { data: { 'candidate.email': 'hedy@example.com' } }));
    await onlyProposal(one.person, other.person);
  });

  test('although neither was known before: those of one group are compared with each other, each with those before', async () => {
    await compareAll();
    const byPhone = [];
    for (const first of ['Marie', 'Maria'])
      byPhone.push(await applicant({ first, last: 'Sklodowska', phone: '+48 22 621 00 01' }));
    const byName = [];
    for (let n = 0; n < 3; n += 1)
      byName.push(await applicant({ first: 'Subrahmanyan', last: 'Chandrasekhar', email: `c${n}@example.com` }));
    const many = [];
    for (let n = 0; n < 9; n += 1)
      many.push(await applicant({ first: 'Jane', last: 'Millerson', email: `jm${n}@example.com` }));
    // One round, one group: 14 of at most 25.
    expect(await proposeMerges(service.context)).toBe(14);
    const [one, other] = byPhone.map(({ person }) => person) as [string, string];
    expect(await onlyProposal(one, other)).toMatchObject({
      detail: { persons: [other, one], evidence: { phone: true } },
    });
    const pairsAmong = async (group: readonly { person: string }[]): Promise<number> => {
      const ids = group.map(({ person }) => person);
      const all = await proposals();
      return all.filter(({ key }) => ids.filter((id) => key.includes(id)).length === 2).length;
    };
    expect(await pairsAmong(byName)).toBe(3);
    // The seventh finds more namesakes than say anything, and so does who comes after.
    expect(await pairsAmong(many)).toBe(15);
  });

  test('a group after the other, with rests that end with the process', async () => {
    await compareAll();
    for (let n = 0; n < limits.comparedAtOnceMax + 1; n += 1) await applicant({ email: `rests${n}@example.com` });
    const ending = new AbortController();
    const comparing = proposeMerges(service.context, ending.signal);
    const left = async () =>
      (
        await db()
          .selectFrom('person')
          .select('id')
          .where('compared_at', 'is', null)
          .where('erased_at', 'is', null)
          .execute()
      ).length;
    const from = performance.now();
    while ((await left()) > 1) await sleep(1);
    const groupMs = performance.now() - from;
    // The next group begins when nine times as long has passed: until then, one is left.
    await sleep(groupMs);
    expect(await left()).toBe(1);
    ending.abort();
    expect(await comparing).toBe(limits.comparedAtOnceMax);
    expect(await proposeMerges(service.context)).toBe(1);
  });

  test('not by a number or name that somebody of the same group has changed before', async () => {
    const one = await applicant({ first: 'Emmy', last: 'Noether', phone: '+49 9131 85 0001' });
    await compareAll();
    await service.context
      .recorder()
      .record(intake(one.ref, 'triage.started', { data: { 'candidate.phone': '+49 9131 85 0002' } }));
    const other = await applicant({
      first: 'Emmi',
      last: 'Noetherin',
      phone: '+49 9131 85 0001',
      email: 'en@example.com',
    });
    expect(await proposeMerges(service.context)).toBe(2);
    expect(await proposals(one.person, other.person)).toEqual([]);
  });

  test('by two processes that compare at once, once', async () => {
    const pairs = [];
    for (let n = 0; n < 5; n += 1) {
      const email = `twin${n}@example.com`;
      pairs.push([await applicant({ email }), await applicant({ email })] as const);
    }
    await using other = await createTestContext({ connectionString: service.connectionString });
    await Promise.all([proposeMerges(service.context), proposeMerges(other.context), proposeMerges(other.context)]);
    for (const [one, two] of pairs) await onlyProposal(one.person, two.person);
  });
});

test('what is kept to compare by gives nothing away, and goes with the person', async () => {
  const one = await applicant({
    first: 'Katherine',
    last: 'Johnson',
    phone: '+1 757 555 0123',
    email: 'kj@example.com',
  });
  const other = await applicant({ first: 'Katherine', last: 'Johnson', email: 'kj@example.com' });
  const { id } = await onlyProposal(one.person, other.person);
  const row = await db().selectFrom('person').selectAll().where('id', '=', one.person).executeTakeFirstOrThrow();
  expect(row.name_index).toHaveLength(12);
  expect(row.phone_index).toHaveLength(32);
  const detail = await db().selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify({ row, detail })).not.toMatch(/Johnson|Katherine|5550123|kj@/i);
  await erasePerson(service.context, one.person, wish);
  const gone = await db().selectFrom('person').selectAll().where('id', '=', one.person).executeTakeFirstOrThrow();
  expect(gone).toMatchObject({ phone_index: null, name_index: null, email_index: null });
  const settled = await db().selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(settled).toMatchObject({ detail: {}, resolution: 'The person was erased' });
  expect(await settleDuplicate(service.context, id, { same: true, actor, reason: 'x' })).toMatchObject({
    kind: 'already_settled',
  });
});

describe('one human', () => {
  const linked = async (): Promise<{ person: string; subject: string }[]> => {
    const email = `linked${count}@example.com`;
    const two = [await applicant({ email }), await applicant({ email })];
    const { id } = await onlyProposal(...two.map((one) => one.person));
    expect(await settleDuplicate(service.context, id, { same: true, actor, reason: 'compared papers' })).toMatchObject({
      kind: 'done',
    });
    return two;
  };

  test('is found and exported whole under either person; both are on record', async () => {
    const [one, other] = (await linked()) as [{ person: string; subject: string }, { person: string; subject: string }];
    for (const [mine, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      expect((await readPerson(service.context, mine.person))?.linked).toEqual([theirs.person]);
      const found = await exportPerson(service.context, mine.person, { actor });
      expect(found?.subjects.map((subject) => subject.subject.id).sort()).toEqual([one.subject, other.subject].sort());
      expect(found?.acts.filter((act) => act.action === 'person.linked').length).toBeGreaterThan(0);
    }
  });

  test('is erased whole, and not while either person is under a legal hold', async () => {
    const [one, other] = (await linked()) as [{ person: string; subject: string }, { person: string; subject: string }];
    await holdPerson(service.context, other.person, { actor, reason: 'a lawsuit', until: null });
    expect(await erasePerson(service.context, one.person, wish)).toMatchObject({ kind: 'held' });
    const third = await linked();
    expect(await erasePerson(service.context, (third[1] as { person: string }).person, wish)).toMatchObject({
      kind: 'erased',
      scope: { subjects: 2 },
    });
    const rows = await db().selectFrom('person').select('erased_at').where('id', 'in', third.map((each) => each.person)).execute(); // biome-ignore format: one look
    expect(rows.every((row) => row.erased_at !== null)).toBe(true);
  });

  test('is not due while one of the applications is open', async () => {
    const [one, other] = (await linked()) as [{ person: string; subject: string }, { person: string; subject: string }];
    const old = new Date('2001-01-01');
    await service.context.database.engine.updateTable('subject').set({ ended: true, state_since: old }).where('id', '=', one.subject).execute(); // biome-ignore format: one act
    const due = async (): Promise<string[]> => (await findDue(service.context, 200)).map((each) => each.id);
    expect((await due()).filter((id) => id === one.person || id === other.person)).toEqual([]);
    await service.context.database.engine.updateTable('subject').set({ ended: true, state_since: old }).where('id', '=', other.subject).execute(); // biome-ignore format: one act
    expect((await due()).filter((id) => id === one.person || id === other.person)).toHaveLength(1);
  });

  test('grows when a third person is linked to one of the two', async () => {
    const two = await linked();
    const email = `third${count}@example.com`;
    const third = await applicant({ email });
    await service.context
      .recorder()
      .record({ ...intake('x', 'triage.started', { data: { 'candidate.email': email } }), subject: { kind: 'id', id: (two[1] as { subject: string }).subject } }); // biome-ignore format: one act
    const { id } = await onlyProposal((two[1] as { person: string }).person, third.person);
    await settleDuplicate(service.context, id, { same: true, actor, reason: 'again' });
    const all = [...two.map((one) => one.person), third.person].sort();
    for (const person of all)
      expect((await readPerson(service.context, person))?.linked).toEqual(all.filter((other) => other !== person));
  });
});

describe('a merge in Greenhouse', () => {
  const post = async (action: string, payload: unknown) => {
    const body = Buffer.from(JSON.stringify({ action, payload }));
    const signature = createHmac('sha256', secrets.webhookSecret).update(body).digest('hex');
    return acceptWebhook(service.context, 'greenhouse', {
      method: 'POST',
      url: 'http://interlock.test/hooks/greenhouse',
      headers: { signature: `sha256 ${signature}` },
      body,
      receivedAt: Date.now(),
    });
  };
  const applies = async (application: number, candidate: number): Promise<string> => {
    const payload = {
      application: { id: application, applied_at: '2026-01-01T00:00:00Z', candidate: { id: candidate } },
    };
    expect(await post('new_candidate_application', payload)).toMatchObject({ recorded: [{ disposition: 'applied' }] });
    const row = await db().selectFrom('subject_ref').select('subject_id').where('external_id', '=', String(application)).executeTakeFirstOrThrow(); // biome-ignore format: one look
    return personOf(row.subject_id);
  };

  beforeAll(async () => {
    const managed = await addConnection(service.context, actor, {
      id: 'greenhouse',
      adapter: 'greenhouse',
      settings: {
        baseUrl: 'http://127.0.0.1:9',
        authUrl: 'http://127.0.0.1:9',
        stages: greenhouseStages,
        rejectionReasonId: 14,
        allowCandidateEmails: true,
      },
      scope: {},
      secrets,
    });
    if (!managed.ok) throw new Error(JSON.stringify(managed));
  });

  test('is followed: the persons are one, and the applications go on under their own ids', async () => {
    const [one, other] = [await applies(9001, 501), await applies(9002, 502)];
    expect((await readPerson(service.context, one))?.linked).toEqual([]);
    const merged = { person: { id: 501, first_name: 'Jack', new_candidate_id: 502 } };
    expect(await post('merge_candidate', merged)).toMatchObject({ kind: 'recorded', recorded: [] });
    expect((await readPerson(service.context, one))?.linked).toEqual([other]);
    const moved = { application: { id: 9001, current_stage: { name: 'Application Review' }, last_activity_at: '2026-01-02T00:00:00Z', candidate: { id: 502 } } }; // biome-ignore format: one payload
    expect(await post('candidate_stage_change', moved)).toMatchObject({
      recorded: [{ subject: expect.any(String) as string }],
    });
    expect(await post('merge_candidate', merged)).toMatchObject({ kind: 'recorded' });
    const audit = await db().selectFrom('audit').selectAll().where('object_id', '=', one).where('action', '=', 'person.linked').execute(); // biome-ignore format: one look
    expect(audit).toMatchObject([{ actor_kind: 'system', actor_id: 'greenhouse', detail: { with: [other] } }]);
  });

  test('settles a proposal about the two, and one that concerns nobody known harms nobody', async () => {
    const [one, other] = [await applies(9011, 511), await applies(9012, 512)];
    for (const ref of ['9011', '9012'])
      await service.context.recorder().record({
        ...intake('x', 'triage.started', { data: { 'candidate.email': 'jack@example.com' } }),
        subject: { kind: 'ref', system: 'greenhouse', ref },
      });
    const { id } = await onlyProposal(one, other);
    await post('merge_candidate', { person: { id: 511, new_candidate_id: 512 } });
    const row = await db().selectFrom('incident').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ settled_by: 'system:greenhouse', resolution: 'The system merged its profiles' });
    expect(await post('merge_candidate', { person: { id: 7, new_candidate_id: 8 } })).toMatchObject({
      kind: 'recorded',
    });
  });

  test('of applications under one profile nothing is proposed', async () => {
    const [one, other] = [await applies(9021, 521), await applies(9022, 521)];
    for (const ref of ['9021', '9022'])
      await service.context.recorder().record({
        ...intake('x', 'triage.started', { data: { 'candidate.email': 'jill@example.com' } }),
        subject: { kind: 'ref', system: 'greenhouse', ref },
      });
    expect(await proposals(one, other)).toEqual([]);
  });
});
