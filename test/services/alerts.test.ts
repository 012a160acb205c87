// Alerts from the rows that cause them to the receiver and the mailbox that hear of them: once, again after the silence, and at the end.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { conditionSchema, termsSchema } from '../../src/core/alerts/alert.ts';
import { channelSchema } from '../../src/core/alerts/channel.ts';
import { defaultRules } from '../../src/core/alerts/defaults.ts';
import { limits } from '../../src/core/limits.ts';
import { createMailer } from '../../src/mail/send-mail.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../src/sandbox/webhook-receiver.ts';
import { deliverAlerts } from '../../src/services/alerts/deliver-alerts.ts';
import {
  removeAlertChannel,
  saveAlertChannel,
  testAlertChannel,
} from '../../src/services/alerts/manage-alert-channels.ts';
import { removeAlertRule, saveAlertRule } from '../../src/services/alerts/manage-alert-rules.ts';
import { readAlertRules, readAlerts } from '../../src/services/alerts/read-alerts.ts';
import { watchAlerts } from '../../src/services/alerts/watch-alerts.ts';
import { createMetrics } from '../../src/services/metrics.ts';
import { readKpis, reportWindow } from '../../src/services/reports/read-kpis.ts';
import { readStuck } from '../../src/services/reports/read-stuck.ts';
import { claimDeliveries, settleDelivery } from '../../src/store/alerts/deliveries.ts';
import { createTestContext, type TestContext } from '../support/context.ts';
import { ago, hour, ledgerRows, minute } from '../support/ledger-rows.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

const by = { actor: { kind: 'cli' as const, id: 'tester' } };
const publicUrl = 'https://interlock.example';
const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

let service: TestContext;
let other: TestContext;
let receiver: WebhookReceiver;
let mail: MailServer;
let look: () => Promise<void>;
let lookElsewhere: () => Promise<void>;
let send: () => Promise<number>;
let sendElsewhere: () => Promise<number>;

beforeAll(async () => {
  mail = await startMailServer();
  const mailer = createMailer({ url: mail.url, from: 'interlock@example.com', timeoutMs: 2_000 });
  service = await createTestContext({ mailer });
  other = await createTestContext({ connectionString: service.connectionString, mailer });
  receiver = await startWebhookReceiver({ signingSecret });
  look = watchAlerts(service.context, publicUrl);
  lookElsewhere = watchAlerts(other.context, publicUrl);
  send = deliverAlerts(service.context);
  sendElsewhere = deliverAlerts(other.context);
  const rows = ledgerRows(db());
  for (const id of ['greenhouse-eu', 'workday']) await rows.connection(id);
}, 120_000);
afterAll(async () => {
  await receiver?.close();
  await other?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
  await mail?.[Symbol.asyncDispose]();
});

const db = () => service.context.database.engine;

/** A round that is due. */
async function round(one: () => Promise<void> = look): Promise<void> {
  await db()
    .updateTable('alert_watch')
    .set({ due_at: ago(1_000) })
    .execute();
  await one();
}

const hook = (more: object = {}) =>
  channelSchema.parse({ kind: 'webhook', url: receiver.hookUrl, signingSecret, allowPrivate: true, ...more });

/** Only this rule is on, and only over the receiver unless said otherwise. */
async function only(condition: object, terms: object = {}): Promise<void> {
  await db().updateTable('alert_rule').set({ enabled: false }).execute();
  const saved = await saveAlertRule(service.context, by, {
    id: 'mine',
    enabled: true,
    condition: conditionSchema.parse(condition),
    terms: termsSchema.parse({ channels: ['hook'], calmMinutes: 0, ...terms }),
  });
  expect(saved).toEqual({ kind: 'saved' });
}

const heard = (): unknown[] => receiver.messages().map(({ type }) => type);
const deliveries = () =>
  db()
    .selectFrom('alert_delivery')
    .select(['channel_id', 'telling', 'status', 'tries', 'answer'])
    .orderBy('created_at')
    .execute();
const readingsOf = async (id: string) => (await readAlertRules(service.context)).find((one) => one.id === id)?.readings;

beforeEach(async () => {
  for (const table of ['alert_delivery', 'alert', 'alert_channel'] as const) await db().deleteFrom(table).execute();
  await db()
    .updateTable('writeback')
    .set({ status: 'waived', reason: 'a test' })
    .where('status', '=', 'dead')
    .execute();
  await db().updateTable('connection').set({ circuit: 'closed' }).execute();
  await receiver.close();
  receiver = await startWebhookReceiver({ signingSecret });
  mail.received.length = 0;
  await saveAlertChannel(service.context, by, 'hook', hook());
});

async function deadWrite(connection = 'workday'): Promise<void> {
  const rows = ledgerRows(db());
  const subject = await rows.subject({ ref: `REF-${Math.random()}` });
  await rows.writeback(subject, connection, {
    status: 'dead',
    reason: 'stage_missing',
    settledAt: ago(minute),
    createdAt: ago(2 * hour),
  });
}

describe('from the first start', () => {
  test('the rules are there before anybody looked, and have their figures after the first look', async () => {
    expect((await readAlertRules(service.context)).map(({ id, builtin }) => [id, builtin])).toEqual(
      defaultRules.map(({ id }) => [id, true]).sort(),
    );
    await round();
    const rules = await readAlertRules(service.context);
    expect(rules.filter(({ failed, readAt }) => failed || readAt === null)).toEqual([]);
    expect(await readingsOf('seal-lag')).toEqual([{ about: '', value: 0, volume: null, breached: false }]);
    expect(await readAlerts(service.context, { after: null, rowsMax: 10 })).toEqual([]);
  });

  test('can be turned off and not removed; what was changed stays changed', async () => {
    expect(await removeAlertRule(service.context, by, 'dead-letters')).toMatchObject({ code: 'builtin_alert_rule' });
    await only({ watches: 'dead_letters', atLeast: 7 });
    await round();
    const rules = await readAlertRules(service.context);
    expect(rules.filter(({ enabled }) => enabled).map(({ id }) => id)).toEqual(['mine']);
    expect(await removeAlertRule(service.context, by, 'mine')).toEqual({ kind: 'saved' });
    expect(await removeAlertRule(service.context, by, 'mine')).toMatchObject({ code: 'unknown_alert_rule' });
  });
});

describe('the course of an alert', () => {
  test('is told once, signed, by name and figure; again after the silence; and when it is over', async () => {
    await only({ watches: 'dead_letters' }, { severity: 'critical', repeatAfterMinutes: 60 });
    await deadWrite();
    await round();
    await send();
    await round();
    await send();
    expect(heard()).toEqual(['alert.firing']);
    expect(receiver.messages()[0]).toMatchObject({
      text: 'Alert: Dead writebacks of workday is 1 (1 or more)',
      url: expect.stringMatching(/^https:\/\/interlock\.example\/alerts#alt_[0-9a-z]{26}$/),
      data: { rule: 'mine', severity: 'critical', watches: 'dead_letters', connection: 'workday', value: 1 },
    });
    // The receiver took it by its signature, and its id is the delivery's.
    expect(receiver.deliveries()).toEqual([receiver.messages()[0]?.id]);

    await db()
      .updateTable('alert')
      .set({ told_at: ago(61 * minute) })
      .execute();
    await round();
    await send();
    expect(heard()).toEqual(['alert.firing', 'alert.repeated']);

    await db().updateTable('writeback').set({ status: 'waived' }).where('status', '=', 'dead').execute();
    await round();
    await send();
    await round();
    await send();
    expect(heard()).toEqual(['alert.firing', 'alert.repeated', 'alert.over']);
    expect(await readAlerts(service.context, { after: null, rowsMax: 10 })).toMatchObject([
      { rule: 'mine', status: 'over', connection: 'workday', told: 3, deliveries: [{}, {}, {}] },
    ]);
  });

  test('of two connections is two alerts', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await deadWrite('greenhouse-eu');
    await round();
    await send();
    expect(
      receiver
        .messages()
        .map(({ text }) => text)
        .sort(),
    ).toEqual([
      'Alert: Dead writebacks of greenhouse-eu is 1 (1 or more)',
      'Alert: Dead writebacks of workday is 1 (1 or more)',
    ]);
  });

  test('is seen without any channel', async () => {
    await removeAlertChannel(service.context, by, 'hook');
    await only({ watches: 'dead_letters' }, { channels: 'all' });
    await deadWrite();
    await round();
    expect(await readAlerts(service.context, { status: 'firing', after: null, rowsMax: 9 })).toMatchObject([
      { told: 1 },
    ]);
    expect(await deliveries()).toEqual([]);
  });

  test('ends without a word when its rule is turned off', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    await db().updateTable('alert_rule').set({ enabled: false }).execute();
    await round();
    await send();
    expect(await readAlerts(service.context, { status: 'firing', after: null, rowsMax: 9 })).toEqual([]);
    expect(heard()).toEqual(['alert.firing']);
  });

  test('a figure that cannot be read ends nothing and begins nothing', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    const database = { ...service.context.database, reports: null as never };
    await round(watchAlerts({ ...service.context, database, metrics: createMetrics({ ofProcess: false }) }, publicUrl));
    expect(await readAlerts(service.context, { status: 'firing', after: null, rowsMax: 9 })).toHaveLength(1);
    expect((await readAlertRules(service.context)).find(({ id }) => id === 'mine')).toMatchObject({ failed: true });
  });
});

describe('several processes', () => {
  test('that look and send at once send one message', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await db()
      .updateTable('alert_watch')
      .set({ due_at: ago(1_000) })
      .execute();
    await Promise.all([look(), lookElsewhere()]);
    await Promise.all([send(), sendElsewhere(), send(), sendElsewhere()]);
    expect(heard()).toEqual(['alert.firing']);
  });

  test('one that dies while it sends loses nothing: after its lease another sends, and its own late word does not count', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    const [dying] = await claimDeliveries(db(), limits.alertLeaseMs, 10);
    expect(dying).toMatchObject({ channel_id: 'hook', tries: 1 });
    expect(await sendElsewhere()).toBe(0);
    await db()
      .updateTable('alert_delivery')
      .set({ due_at: ago(1_000), lease_until: ago(1_000) })
      .execute();
    expect(await sendElsewhere()).toBe(1);
    expect(heard()).toEqual(['alert.firing']);
    expect(dying && (await settleDelivery(db(), dying, { status: 'failed', answer: 'late' }))).toBe(false);
    expect(await deliveries()).toMatchObject([{ status: 'sent', tries: 2 }]);
  });
});

describe('a receiver that does not take it', () => {
  test('is tried so often and no more', async () => {
    receiver.faults.next('error_before', { times: limits.alertTriesMax });
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    // Jitter is 0 in tests, so every retry is due at once.
    for (let nth = 0; nth < limits.alertTriesMax + 3; nth += 1) await send();
    expect(receiver.faults.pending()).toBe(0);
    expect(heard()).toEqual([]);
    expect(await deliveries()).toMatchObject([
      { status: 'failed', tries: limits.alertTriesMax, answer: expect.stringMatching(/^HTTP 50[03] in \d+ ms$/) },
    ]);
  });

  test('hears the newest word when it is back, not the whole course', async () => {
    receiver.faults.next('error_before');
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    await send();
    await db().updateTable('writeback').set({ status: 'waived' }).where('status', '=', 'dead').execute();
    await round();
    await send();
    expect(heard()).toEqual(['alert.over']);
    expect(await deliveries()).toMatchObject([{ telling: 'firing', status: 'superseded' }, { status: 'sent' }]);
  });

  test('and says it is gone is not asked again', async () => {
    receiver.retire();
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    await send();
    expect(await deliveries()).toMatchObject([{ status: 'failed', tries: 1 }]);
  });

  test('what waits for a channel that is removed is not sent', async () => {
    await only({ watches: 'dead_letters' });
    await deadWrite();
    await round();
    await removeAlertChannel(service.context, by, 'hook');
    expect(await send()).toBe(0);
    expect(await deliveries()).toMatchObject([{ status: 'failed', answer: 'channel_removed' }]);
  });
});

describe('mail', () => {
  const post = channelSchema.parse({ kind: 'mail', to: ['ann.lee@example.org'] });

  test('says the same in words, once', async () => {
    await saveAlertChannel(service.context, by, 'post', post);
    await only({ watches: 'dead_letters' }, { channels: ['post'] });
    await deadWrite();
    await round();
    await send();
    await send();
    expect(mail.received).toHaveLength(1);
    const [text = ''] = mail.received;
    expect(text).toMatch(/^To: ann\.lee@example\.org\r$/m);
    expect(text).toMatch(/^Subject: \[Interlock\] Alert: Dead writebacks of workday is 1/m);
    expect(text).toMatch(/^Message-ID: <dlv_[0-9a-z]{26}@example\.com>\r$/m);
    expect(text).toContain('https://interlock.example/alerts#alt_');
    expect(await deliveries()).toMatchObject([{ status: 'sent', answer: expect.stringMatching(/^SMTP 250/) }]);
  });

  test('that is refused for good is not tried again, and its reason holds no address', async () => {
    await using refusing = await startMailServer();
    refusing.refuse();
    await using mailer = createMailer({ url: refusing.url, from: 'interlock@example.com', timeoutMs: 2_000 });
    await saveAlertChannel(service.context, by, 'post', post);
    const tested = await testAlertChannel({ ...service.context, mailer }, by, 'post', publicUrl);
    expect(tested).toMatchObject({ kind: 'tested', status: 'failed', final: true });
    expect(tested).toMatchObject({
      answer: expect.stringMatching(/^SMTP 550 5\.1\.1 in/),
      text: expect.stringContaining('no such mailbox'),
    });
    expect(JSON.stringify(await deliveries())).not.toContain('@');
  });
});

describe('the test of a channel', () => {
  const tried = (id = 'hook') => testAlertChannel(service.context, by, id, publicUrl);

  test('really sends, and says what came back', async () => {
    expect(await tried()).toMatchObject({
      kind: 'tested',
      status: 'sent',
      answer: expect.stringMatching(/^HTTP 200 in \d+ ms$/),
    });
    expect(heard()).toEqual(['alert.test']);
    await saveAlertChannel(
      service.context,
      by,
      'hook',
      hook({ signingSecret: `whsec_${Buffer.alloc(32, 6).toString('base64')}` }),
    );
    expect(await tried()).toMatchObject({
      status: 'failed',
      answer: expect.stringMatching(/^HTTP 401 /),
      text: expect.stringContaining('signature'),
    });
    await receiver.close();
    expect(await tried()).toMatchObject({ status: 'failed', answer: expect.stringMatching(/^no connection/) });
    expect(await tried('nowhere')).toMatchObject({ code: 'unknown_alert_channel' });
    expect(await deliveries()).toMatchObject([{ telling: 'test' }, { telling: 'test' }, { telling: 'test' }]);
  });

  test('of mail without a server says which setting is missing', async () => {
    await saveAlertChannel(service.context, by, 'post', channelSchema.parse({ kind: 'mail', to: ['a@example.org'] }));
    const tested = await testAlertChannel({ ...service.context, mailer: null }, by, 'post', publicUrl);
    expect(tested).toMatchObject({ status: 'failed', answer: expect.stringContaining('INTERLOCK_SMTP_URL') });
  });
});

describe('what a channel holds', () => {
  test('is in no table in plain text, and its secret is made once and then kept', async () => {
    const secretless = { signingSecret: undefined, url: 'https://hooks.example.com/T0/very-secret' };
    const made = await saveAlertChannel(service.context, by, 'made', hook(secretless));
    expect(made).toMatchObject({ kind: 'saved', madeSecret: expect.stringMatching(/^whsec_/) });
    expect(await saveAlertChannel(service.context, by, 'made', hook(secretless))).toEqual({
      kind: 'saved',
      madeSecret: null,
    });
    await saveAlertChannel(
      service.context,
      by,
      'post',
      channelSchema.parse({ kind: 'mail', to: ['ann.lee@example.org'] }),
    );
    const rows = await db().selectFrom('alert_channel').selectAll().execute();
    const kept = rows.map((row) => JSON.stringify({ ...row, terms_ct: row.terms_ct.toString('latin1') })).join('\n');
    for (const secret of ['very-secret', 'ann.lee', 'whsec_']) expect(kept).not.toContain(secret);
    expect(kept).toContain('hooks.example.com');
  });
});

describe('a rule about what does not exist is refused', () => {
  test.each([
    [{ watches: 'dead_letters', connection: 'nowhere' }, '/condition/connection'],
    [{ watches: 'stuck', machine: 'application', state: 'active.nowhere' }, '/condition/state'],
    [{ watches: 'stuck', owner: 'Nobody' }, '/condition/owner'],
  ])('%o', async (condition, pointer) => {
    const saved = await saveAlertRule(service.context, by, {
      id: 'mine',
      enabled: true,
      condition: conditionSchema.parse(condition),
      terms: termsSchema.parse({ channels: ['nowhere'] }),
    });
    expect(saved).toMatchObject({ code: 'invalid_alert', problems: [{ pointer }, { pointer: '/terms/channels' }] });
  });
});

describe('the figures', () => {
  test('of rate and time are those of the report', async () => {
    const rows = ledgerRows(db());
    const subject = await rows.subject();
    const createdAt = ago(2 * minute);
    for (let nth = 1; nth <= 10; nth += 1) {
      const settledAt = new Date(createdAt.getTime() + nth * 1_000);
      await rows.writeback(await rows.subject(), 'greenhouse-eu', {
        status: 'confirmed',
        settledBy: 'readback',
        createdAt,
        settledAt,
      });
    }
    await rows.writeback(subject, 'greenhouse-eu', {
      status: 'confirmed',
      settledBy: 'origin',
      createdAt,
      settledAt: createdAt,
    });
    await rows.writeback(await rows.subject(), 'greenhouse-eu', {
      status: 'dead',
      reason: 'x',
      createdAt,
      settledAt: ago(minute),
    });
    await rows.writeback(await rows.subject(), 'greenhouse-eu', { status: 'ready', createdAt });
    await only({ watches: 'confirmed_rate', volumeMin: 11, connection: 'greenhouse-eu' });
    await round();
    const report = reportWindow(ago(hour).toISOString(), undefined, Date.now());
    const kpis = report && (await readKpis(service.context, report, ['connection']));
    const row = kpis?.rows.find(({ connection }) => connection === 'greenhouse-eu');
    expect(await readingsOf('mine')).toEqual([
      { about: 'greenhouse-eu', value: row?.confirmedRate, volume: 11, breached: true },
    ]);
    expect(row?.confirmedRate).toBeCloseTo(10 / 11);
    await only({ watches: 'latency_p95', volumeMin: 10, aboveSeconds: 9, connection: 'greenhouse-eu' });
    await round();
    const [found] = (await readingsOf('mine')) ?? [];
    expect(found?.value).toBeCloseTo((row?.latencyFromAcceptedMs.p95 ?? 0) / 1_000, 6);
    expect(found?.breached).toBe(true);
    await only({ watches: 'confirmed_rate', volumeMin: 12 });
    await round();
    expect((await readingsOf('mine'))?.find(({ about }) => about === 'greenhouse-eu')).toMatchObject({
      value: null,
      breached: false,
    });
  });

  test('of what is stuck are those of its list, by cause, state, owner and age', async () => {
    const rows = ledgerRows(db());
    for (let nth = 0; nth < 3; nth += 1)
      await rows.subject({ state: 'active.triage', slaDueAt: ago((nth + 1) * hour) });
    await rows.subject({ state: 'active.offer.extended', slaDueAt: ago(5 * hour) });
    const value = async (condition: object): Promise<number | null | undefined> => {
      await only({ watches: 'stuck', ...condition });
      await round();
      return (await readingsOf('mine'))?.[0]?.value;
    };
    const late = { cause: 'late_against_sla' };
    expect(await value({ ...late, machine: 'application', state: 'active.triage' })).toBe(3);
    expect(await value({ ...late, machine: 'application', state: 'active' })).toBe(4);
    expect(await value({ ...late, olderThanMinutes: 90 })).toBe(3);
    const listed = await readStuck(service.context, { owner: 'Recruiter', after: null, rowsMax: 1 });
    expect(await value({ ...late, owner: 'Recruiter' })).toBe(listed.totals.late_against_sla);
    const { totals } = await readStuck(service.context, { after: null, rowsMax: 1 });
    expect(await value({})).toBe(Object.values(totals).reduce((sum, one) => sum + one, 0));
  });

  test('tell an open circuit after two minutes, and payloads nobody understood at once', async () => {
    await db().updateTable('connection').set({ circuit: 'open' }).where('id', '=', 'workday').execute();
    await only({ watches: 'circuit_open' }, { forMinutes: 2 });
    await round();
    expect(await readAlerts(service.context, { after: null, rowsMax: 9 })).toEqual([]);
    await db()
      .updateTable('alert')
      .set({ since_at: ago(2 * minute) })
      .execute();
    await round();
    expect(await readAlerts(service.context, { after: null, rowsMax: 9 })).toMatchObject([
      { connection: 'workday', status: 'firing' },
    ]);
    await ledgerRows(db()).incident('quarantined_event', {
      connection: 'workday',
      event: await ledgerRows(db()).event({ subject: null, disposition: 'quarantined' }),
    });
    await only({ watches: 'quarantined', connection: 'workday' });
    await round();
    expect(await readingsOf('mine')).toMatchObject([{ about: 'workday', value: 1, breached: true }]);
  });
});
