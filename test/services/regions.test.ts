// A regional stage over real HTTP, PostgreSQL and NATS: one canonical state to everybody, the region's own stage at the vendor.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import { updateConnection } from '../../src/services/connections/manage-connections.ts';
import { readConnection } from '../../src/services/connections/read-connections.ts';
import { replayEvent } from '../../src/services/intake/replay-event.ts';
import { keepUnknownFields, readUnknownFields } from '../../src/services/intake/unknown-fields.ts';
import { by } from '../support/api.ts';
import { greenhouseStages, type HiringOffice, openHiringOffice, until } from '../support/hiring-office.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';

const stages = [
  'Application Review',
  'Assessment',
  'Interview',
  'Betriebsratsanhörung',
  'Betriebsrat zugestimmt',
  'Offer',
  'Neue Stufe',
];

describeNats('an office in Germany', () => {
  let server: NatsServer;
  let office: HiringOffice;
  const change = (update: Parameters<typeof updateConnection>[3]) =>
    updateConnection(office.service.context, by.actor, 'greenhouse', update);
  const settings = async (): Promise<Record<string, unknown>> =>
    (await readConnection(office.service.context, 'greenhouse'))?.settings ?? {};
  const stageOf = (ref: string): string | undefined => office.greenhouse.application(ref)?.stage.name;
  const state = async (ref: string): Promise<string> => (await office.subjectOf(ref)).state;
  const incidents = () =>
    office.service.context.database.reports
      .selectFrom('incident')
      .select(['kind', 'key', 'times', 'settled_at', 'detail'])
      .orderBy('opened_at')
      .execute();

  beforeAll(async () => {
    server = await natsServer();
    const bus = await connectNatsBus({ url: server.url, log: () => {} });
    office = await openHiringOffice({ bus, greenhouse: { stages } });
    expect(await change({ scope: { machines: ['application'], regions: ['DE'] } })).toEqual({ ok: true });
  });
  afterAll(async () => {
    await office?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  /** An application in Germany whose screening is complete. */
  async function screened(): Promise<string> {
    const ref = await office.applicant();
    const german = { 'requisition.region': 'DE', 'requisition.skips': ['interview'] };
    const said = [
      await office.record(ref, 'triage.started', { data: german }),
      await office.record(ref, 'screening.invited'),
      await office.record(ref, 'screening.started', { by: 'screening' }),
      await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 80 } }),
    ];
    expect(said.map((one) => one.disposition)).toEqual(['applied', 'applied', 'applied', 'applied']);
    await office.settled(ref);
    expect(stageOf(ref)).toBe('Assessment');
    return ref;
  }

  it('takes a regional stage for exactly one canonical state, and writes canonical states as regional stages', async () => {
    const ref = await screened();
    office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Betriebsratsanhörung' });
    await until(async () => (await state(ref)) === 'active.offer.drafted');
    await office.settled(ref);
    expect(stageOf(ref)).toBe('Betriebsratsanhörung');

    await office.record(ref, 'offer.approved', { by: 'hris' });
    await office.settled(ref);
    expect(stageOf(ref)).toBe('Betriebsrat zugestimmt');
    // A state without a regional stage has the general one.
    await office.record(ref, 'offer.extended');
    await office.settled(ref);
    expect(stageOf(ref)).toBe('Offer');
    const written = (await office.writebacks(ref)).slice(-3);
    expect(written.map((one) => [one.target_state, one.status])).toEqual([
      ['active.offer.drafted', 'confirmed'],
      ['active.offer.approved', 'confirmed'],
      ['active.offer.extended', 'confirmed'],
    ]);
    expect(await incidents()).toEqual([]);
  });

  it('never guesses at a stage: all its events wait in one incident, until the mapping is mended and they are replayed', async () => {
    const [one, other] = [await screened(), await screened()];
    for (const ref of [one, other]) office.greenhouse.editByHand(ref, { kind: 'move', stage: 'Neue Stufe' });
    const quarantined = () =>
      office.service.context.database.reports
        .selectFrom('event')
        .select(['id', 'code'])
        .where('disposition', '=', 'quarantined')
        .orderBy('received_at')
        .execute();
    await until(async () => (await quarantined()).length === 2);
    const key = 'quarantined_stage/greenhouse/Neue Stufe';
    expect(await incidents()).toMatchObject([
      {
        kind: 'quarantined_event',
        key,
        times: 2,
        settled_at: null,
        detail: { code: 'unknown_stage', stage: 'Neue Stufe', next: expect.stringContaining('replay') },
      },
    ]);
    expect([await state(one), await state(other)]).toEqual([
      'active.screening.completed',
      'active.screening.completed',
    ]);

    const [first, second] = await quarantined();
    expect(await replayEvent(office.service.context, first?.id ?? '', by)).toMatchObject({ kind: 'still_quarantined' });
    const mended = { ...(await settings()), stages: { ...greenhouseStages, 'active.screening.passed': 'Neue Stufe' } };
    expect(await change({ settings: mended })).toEqual({ ok: true });
    expect(await replayEvent(office.service.context, first?.id ?? '', by)).toMatchObject({ kind: 'replayed' });
    expect(await incidents()).toMatchObject([{ key, settled_at: null }]);
    expect(await replayEvent(office.service.context, second?.id ?? '', by)).toMatchObject({ kind: 'replayed' });
    expect(await incidents()).toMatchObject([{ key, settled_at: expect.any(Date) }]);
    await until(async () => (await state(one)) === 'active.screening.passed');
    await until(async () => (await state(other)) === 'active.screening.passed');
  });

  it('does not let the connection give a regional stage a second meaning', async () => {
    const twice = {
      ...(await settings()),
      stages: { ...greenhouseStages, 'active.interview': 'Betriebsratsanhörung' },
    };
    expect(await change({ settings: twice })).toMatchObject({
      ok: false,
      problems: [{ pointer: '/settings/stages', detail: expect.stringContaining('region DE') }],
    });
  });

  it('sends nothing that the mapping does not list', async () => {
    const more = { ...(await settings()), fields: { 'offer.salary': 'pay' } };
    expect(await change({ settings: more })).toMatchObject({
      ok: false,
      problems: [{ detail: expect.stringContaining('does not list it under receives') }],
    });
  });

  it('counts what it keeps out', async () => {
    const { context } = office.service;
    await keepUnknownFields(context);
    const seen = await readUnknownFields(context, 'greenhouse');
    context.unknownFields.note('greenhouse', { unknown: ['/application/shoe_size', '/application/shoe_size'] });
    context.unknownFields.note('greenhouse', {
      faults: [
        { pointer: '/application/applied_at', element: 'application.appliedAt', code: 'wrong_format', detail: '' },
      ],
    });
    await keepUnknownFields(context);
    context.unknownFields.note('greenhouse', { unknown: ['/application/shoe_size'] });
    await keepUnknownFields(context);
    expect(
      (await readUnknownFields(context, 'greenhouse'))?.slice().sort((a, b) => a.pointer.localeCompare(b.pointer)),
    ).toMatchObject(
      [
        ...(seen ?? []),
        { pointer: '/application/applied_at', kind: 'unreadable', code: 'wrong_format', seen: 1 },
        { pointer: '/application/shoe_size', kind: 'unmapped', code: null, seen: 3 },
      ].sort((a, b) => a.pointer.localeCompare(b.pointer)),
    );
    expect(await readUnknownFields(context, 'nobody')).toBeNull();

    const { countUnknownFields, listUnknownFields } = await import('../../src/store/reconcile/unknown-fields.ts');
    const many = Array.from({ length: 20 }, (_, index) => ({
      pointer: `/f${index}`,
      kind: 'unmapped' as const,
      code: '',
      seen: 1,
    }));
    await context.database.engine.transaction().execute((tx) => countUnknownFields(tx, 'greenhouse', many, 5));
    const rows = await listUnknownFields(context.database.reports, 'greenhouse', 100);
    expect(rows.length).toBeLessThanOrEqual(Math.max(5, (seen?.length ?? 0) + 2) + 1);
    expect(rows.find((row) => row.pointer === '')).toMatchObject({ seen: expect.any(Number) });
  });
});
