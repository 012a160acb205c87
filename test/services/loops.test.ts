// Two systems that both answer our writes with webhooks: each change ends after one write, whoever made it, a thousand times.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import { startServer } from '../../src/http/server.ts';
import { type GreenhouseSandbox, startGreenhouse } from '../../src/sandbox/greenhouse.ts';
import { addConnection } from '../../src/services/connections/manage-connections.ts';
import { type Api, by, openApi } from '../support/api.ts';
import { greenhouseStages, secrets, until } from '../support/hiring-office.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';

const candidates = 1_000;

describeNats('two systems that echo', () => {
  let nats: NatsServer;
  let api: Api;
  let server: Awaited<ReturnType<typeof startServer>>;
  const systems = new Map<string, GreenhouseSandbox>();

  beforeEach(async () => {
    nats = await natsServer();
    const bus = await connectNatsBus({ url: nats.url, log: () => {} });
    api = await openApi({ bus });
    server = await startServer(api.app.fetch, '127.0.0.1', 0);
    for (const [id, seed] of [
      ['east', 1],
      ['west', 2],
    ] as const) {
      const system = await startGreenhouse({ ...secrets, seed });
      systems.set(id, system);
      system.webhooks?.target(`${server.url}/hooks/${id}`);
      const added = await addConnection(api.service.context, by.actor, {
        id,
        adapter: 'greenhouse',
        settings: {
          baseUrl: system.url,
          authUrl: system.url,
          stages: greenhouseStages,
          rejectionReasonId: 14,
          allowCandidateEmails: true,
        },
        scope: { machines: ['application'] },
        pace: { concurrency: 16, requests: 10_000, perMs: 1_000, sweepShare: 0 },
        secrets,
      });
      if (!added.ok) throw new Error(JSON.stringify(added));
    }
  }, 60_000);
  afterEach(async () => {
    await server.stop(500);
    await api[Symbol.asyncDispose]();
    for (const system of systems.values()) await system.close();
    await nats.stop();
  });

  const db = () => api.service.context.database.reports;
  const count = async (where: 'open' | 'all'): Promise<number> => {
    let query = db()
      .selectFrom('writeback')
      .select((one) => one.fn.countAll<string>().as('n'));
    if (where === 'open') query = query.where('status', 'in', ['ready', 'leased']);
    return Number((await query.executeTakeFirstOrThrow()).n);
  };
  const quiet = async (): Promise<void> => {
    for (const system of systems.values()) await system.webhooks?.drain();
    await until(async () => (await count('open')) === 0, 240_000);
    for (const system of systems.values()) await system.webhooks?.drain();
    await until(async () => (await count('open')) === 0, 240_000);
  };
  const written = (id: string): number =>
    (systems.get(id)?.log.entries() ?? []).filter((one) => one.by === 'api').length;

  /** The same person in both systems, which tell us of nothing yet. */
  async function applicants(): Promise<{ east: string; west: string }[]> {
    for (const system of systems.values()) system.webhooks?.target(null);
    const pairs = Array.from({ length: candidates }, () => ({
      east: (systems.get('east') as GreenhouseSandbox).createApplication(),
      west: (systems.get('west') as GreenhouseSandbox).createApplication(),
    }));
    for (const [id, system] of systems) system.webhooks?.target(`${server.url}/hooks/${id}`);
    const client = await api.client('ats');
    for (let from = 0; from < pairs.length; from += 200) {
      const events = pairs.slice(from, from + 200).map(({ east, west }) => ({
        id: `received-${east}`,
        type: 'application.received',
        subject: { system: 'east', ref: east },
        alsoKnownAs: [{ system: 'west', ref: west }],
        occurredAt: new Date().toISOString(),
        // Straight to screening, so that the cards may be moved at once.
        data: { 'requisition.skips': ['triage'] },
      }));
      const answered = await client.events(events);
      if (answered.status >= 300) throw new Error(answered.text);
    }
    return pairs;
  }

  test(`1,000 candidates are moved in one and written once to the other, and no echo is answered`, async () => {
    const pairs = await applicants();
    api.service.startEngine();
    await quiet();
    // Both showed the first stage already, so nothing was written.
    expect([written('east'), written('west')]).toEqual([0, 0]);
    const before = await count('all');

    // A person moves each card, half of them in either system; a few of the reports come twice, and out of order.
    for (const system of systems.values()) system.webhooks?.tune({ duplicates: 0.1, delayMs: { min: 0, max: 300 } });
    for (const [index, { east, west }] of pairs.entries())
      index % 2 === 0
        ? systems.get('east')?.editByHand(east, { kind: 'move', stage: 'Assessment' })
        : systems.get('west')?.editByHand(west, { kind: 'move', stage: 'Assessment' });
    await until(async () => {
      const { n } = await db()
        .selectFrom('subject')
        .select((one) => one.fn.countAll<string>().as('n'))
        .where('state', '=', 'active.screening.invited')
        .executeTakeFirstOrThrow();
      return Number(n) === candidates;
    }, 240_000);
    await quiet();

    // One write each, in the system that nobody had moved; none in the other, and none because of an echo.
    expect([written('east'), written('west')]).toEqual([candidates / 2, candidates / 2]);
    for (const [index, { east, west }] of pairs.entries()) {
      const [moved, followed] =
        index % 2 === 0
          ? [
              ['east', east],
              ['west', west],
            ]
          : [
              ['west', west],
              ['east', east],
            ];
      const entries = (of: string[] | undefined) =>
        systems
          .get(of?.[0] ?? '')
          ?.log.entries(of?.[1] ?? '')
          .filter((one) => one.from !== null)
          .map((one) => [one.by, one.to]);
      expect(entries(moved)).toEqual([['hand', 'Assessment']]);
      expect(entries(followed)).toEqual([['api', 'Assessment']]);
    }
    // Two writebacks for each transition, every one of them confirmed.
    expect((await count('all')) - before).toBe(2 * candidates);
    const ends = await db()
      .selectFrom('writeback')
      .select(['status', (one) => one.fn.countAll<string>().as('n')])
      .groupBy('status')
      .execute();
    expect(ends).toEqual([{ status: 'confirmed', n: String(4 * candidates) }]);
    // Every write was answered. An answer meets its write once, or finds that all is as it says; it never moves anything.
    const said = await db()
      .selectFrom('event')
      .select(['disposition', (one) => one.fn.countAll<string>().as('n')])
      .where('source', 'like', 'connection:%')
      .groupBy('disposition')
      .execute();
    const counted = Object.fromEntries(said.map(({ disposition, n }) => [disposition, Number(n)]));
    const lost = [...systems.values()].map((system) => system.webhooks?.counts().lost ?? 0);
    expect({ lost, ...counted, echo: 0, stale: 0 }).toEqual({ lost: [0, 0], applied: candidates, echo: 0, stale: 0 });
    expect((counted.echo ?? 0) + (counted.stale ?? 0)).toBe(candidates);
    expect(counted.echo).toBeGreaterThan(candidates * 0.9);
    expect(await db().selectFrom('echo').select('writeback_id').execute()).toHaveLength(counted.echo ?? 0);
    const metrics = await api.service.context.metrics.registry.metrics();
    expect(metrics).toContain('# TYPE interlock_echo_near_misses_total counter');
  }, 600_000);
});
