// A worker outside holds its own connection's permissions: what it needs works, and all else is refused by the server itself.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectNatsBus } from '../../src/bus/nats.ts';
import { serverAccounts } from '../../src/bus/permissions.ts';
import type { Bus } from '../../src/bus/port.ts';
import type { Result } from '../../src/core/delivery/message.ts';
import { describeNats, type NatsServer, natsServer } from '../support/nats.ts';
import { newCommand, newResult } from './contract.ts';
import { pub, type RawNats, rawNats, sub } from './raw-nats.ts';

const mine = 'greenhouse-eu';
const other = 'workday';
const reader = 'reader';
const accounts = serverAccounts('core', [
  { connection: mine, password: 'one' },
  { connection: other, password: 'two' },
  { connection: reader, password: 'three', feed: true },
]);
/** What a server's owner has, to look behind it all. */
const observer = accounts.replace('users: [', 'users: [ { user: "observer", password: "sees" },');

const said: string[] = [];
const stop = new AbortController();
let server: NatsServer;
let core: Bus;
let worker: RawNats;
let watch: NatsConnection;

const subjectsOf = async (stream: string): Promise<{ subjects: string[]; first: number; last: number }> => {
  const info = await (await jetstreamManager(watch)).streams.info(stream, { subjects_filter: '>' });
  return {
    subjects: Object.keys(info.state.subjects ?? {}).sort(),
    first: info.state.first_seq,
    last: info.state.last_seq,
  };
};

describeNats('the permissions of a worker outside', () => {
  beforeAll(async () => {
    server = await natsServer(observer);
    core = await connectNatsBus({
      url: server.url.replace('nats://', 'nats://interlock:core@'),
      log: (line) => said.push(line),
      patienceMs: 2_000,
    });
    watch = await connect({ servers: server.url.replace('nats://', ''), user: 'observer', pass: 'sees' });
    for (const connection of [mine, other, reader]) core.keepQueue(connection, 4, stop.signal);
    worker = await rawNats(server.url, mine, 'one');
    const manager = await jetstreamManager(watch);
    await vi.waitUntil(async () => (await manager.consumers.list('IL_CMD').next()).length === 3, { timeout: 5_000 });
  });
  afterAll(async () => {
    stop.abort();
    worker?.close();
    await core?.[Symbol.asyncDispose]();
    await watch?.close();
    await server?.stop();
  });

  it('let Interlock itself do all it does', async () => {
    const results: Result[] = [];
    const connection = 'inside';
    const done: string[] = [];
    const command = newCommand(connection);
    const result = newResult(connection);
    core.consumeCommands(connection, 2, async (one) => void done.push(one.id), stop.signal);
    core.consumeResults(async (group) => void results.push(...group), stop.signal);
    await core.publishCommand(command);
    await core.publishResult(result);
    await core.checkHealth();
    await vi.waitUntil(() => done.includes(command.id) && results.some((one) => one.id === result.id), {
      timeout: 5_000,
    });
    expect(said.filter((line) => /permission/i.test(line))).toEqual([]);
  });

  it('let it pull its commands, say that it is alive, publish a result, and acknowledge', async () => {
    const command = newCommand(mine, { id: 'wrb_mine' });
    await core.publishCommand(command);
    const inbox = `_INBOX_${mine}.a`;
    expect(await worker.say(sub(`_INBOX_${mine}.>`, 1))).toBe('');
    const delivered = await worker.ask(pub(`$JS.API.CONSUMER.MSG.NEXT.IL_CMD.${mine}`, '1', inbox), '"ttlMs":30000}');
    expect(delivered).toContain(`HMSG il.cmd.${mine}.apply `);
    expect(delivered).toContain(JSON.stringify(command));
    const [reply = ''] = /\$JS\.ACK\.\S+/.exec(delivered) ?? [];
    expect(await worker.say(pub(reply, '+WPI'))).toBe('');
    const result = newResult(mine, { id: 'wrb_mine' });
    const stored = await worker.ask(pub(`il.res.${mine}.wrb_mine`, JSON.stringify(result), `${inbox}.2`), '"seq"');
    expect(stored).toContain('"stream":"IL_RES"');
    expect(await worker.say(pub(reply, '+ACK'))).toBe('');
    const state = await worker.ask(pub(`$JS.API.CONSUMER.INFO.IL_CMD.${mine}`, '', `${inbox}.3`), '"num_pending"');
    expect(state).toContain('"num_ack_pending":0');
  });

  const theirs = `$JS.API.CONSUMER`;
  it.each([
    ['commands of another connection, pulled', `${theirs}.MSG.NEXT.IL_CMD.${other}`],
    ['the state of another queue', `${theirs}.INFO.IL_CMD.${other}`],
    ['an acknowledgement of a command of another', `$JS.ACK.IL_CMD.${other}.1.1.1.1.0`],
    ['an acknowledgement of results, which hides them', '$JS.ACK.IL_RES.core.1.1.1.1.0'],
    ['results, pulled', `${theirs}.MSG.NEXT.IL_RES.core`],
    ['a result of another', `il.res.${other}.wrb_other`],
    ['a command for another', `il.cmd.${other}.wrb_other`],
    ['a command for itself', `il.cmd.${mine}.wrb_own`],
    ['a fact of the feed', 'il.event.application.application_hired'],
    ['a health check', 'il.health'],
    ['a purge of commands', '$JS.API.STREAM.PURGE.IL_CMD'],
    ['a purge of results', '$JS.API.STREAM.PURGE.IL_RES'],
    ['the deletion of a stream', '$JS.API.STREAM.DELETE.IL_CMD'],
    ['the deletion of a message', '$JS.API.STREAM.MSG.DELETE.IL_CMD'],
    ['any message, read by its number', '$JS.API.STREAM.MSG.GET.IL_CMD'],
    ['any message, read directly', '$JS.API.DIRECT.GET.IL_CMD'],
    ['other settings of a stream', '$JS.API.STREAM.UPDATE.IL_CMD'],
    ['a stream of its own', '$JS.API.STREAM.CREATE.MINE'],
    ['the state of a stream', '$JS.API.STREAM.INFO.IL_CMD'],
    ['the names of streams', '$JS.API.STREAM.NAMES'],
    ['a snapshot', '$JS.API.STREAM.SNAPSHOT.IL_RES'],
    ['a restored stream', '$JS.API.STREAM.RESTORE.IL_RES'],
    ['a consumer of its own', `${theirs}.CREATE.IL_CMD`],
    ['a consumer of its own, by name', `${theirs}.CREATE.IL_CMD.spy.il.cmd.>`],
    ['a durable consumer of its own', `${theirs}.DURABLE.CREATE.IL_CMD.spy`],
    ['the deletion of its own queue', `${theirs}.DELETE.IL_CMD.${mine}`],
    ['the names of queues', `${theirs}.NAMES.IL_CMD`],
    ['another purge of an account', '$JS.API.ACCOUNT.PURGE.INTERLOCK'],
    ['an answer for Interlock', '_INBOX.forged'],
    ['an answer for another worker', `_INBOX_${other}.forged`],
    ['a question to the system', '$SYS.REQ.SERVER.PING'],
  ])('refuse to publish %s', async (_what, subject) => {
    expect(await worker.say(pub(subject, '{}'))).toContain(`-ERR 'Permissions Violation for Publish to "${subject}"'`);
  });

  it.each([
    '>',
    'il.>',
    'il.cmd.>',
    `il.cmd.${mine}.>`,
    'il.res.>',
    'il.event.>',
    '_INBOX.>',
    `_INBOX_${other}.>`,
    '*.>',
    '$JS.>',
    '$JS.EVENT.ADVISORY.>',
    '$SYS.>',
  ])('refuse to listen on %s', async (subject) => {
    expect(await worker.say(sub(subject, 9))).toContain(
      `-ERR 'Permissions Violation for Subscription to "${subject}"'`,
    );
  });

  it('let only whom it was granted to read the feed', async () => {
    const feed = await rawNats(server.url, reader, 'three');
    expect(await feed.say(sub('il.event.>', 1))).toBe('');
    const fact = {
      specversion: '1.0' as const,
      id: 'sub_1.1',
      source: '/subjects/sub_1',
      type: 'application.received',
      subject: 'sub_1',
      time: new Date().toISOString(),
      datacontenttype: 'application/json' as const,
      data: { machine: 'application', machineVersion: 1, version: 1, from: 'new', to: 'active.received' },
    };
    const hearing = feed.ask('PING\r\n', '"specversion"');
    await core.publishFeed('application', fact);
    expect(await hearing).toContain('il.event.application.application-received');
    feed.close();
  });

  // A server checks what is published, not where the answer is asked to go: in one account this purged commands of others.
  it('keep answers in the account of who asked, wherever they are asked to go', async () => {
    await core.publishCommand(newCommand(other, { id: 'wrb_theirs' }));
    const before = await subjectsOf('IL_CMD');
    for (const elsewhere of [
      '$JS.API.STREAM.PURGE.IL_CMD',
      '$JS.API.STREAM.MSG.DELETE.IL_CMD',
      '$JS.API.STREAM.PURGE.IL_RES',
      `il.cmd.${other}.wrb_forged`,
      `il.res.${other}.wrb_forged`,
      'il.event.application.forged',
    ]) {
      await worker.say(pub(`il.res.${mine}.wrb_mine`, '{}', elsewhere));
      await worker.say(pub(`$JS.API.CONSUMER.INFO.IL_CMD.${mine}`, '', elsewhere));
      await worker.say(pub(`$JS.API.CONSUMER.MSG.NEXT.IL_CMD.${mine}`, '{"batch":1,"no_wait":true}', elsewhere));
    }
    // Behind what the worker sent, in order: when this is stored, all of that was answered.
    const last = newResult(mine, { id: 'wrb_last' });
    await worker.ask(pub(`il.res.${mine}.wrb_last`, JSON.stringify(last), `_INBOX_${mine}.last`), '"seq"');
    await vi.waitUntil(async () => (await subjectsOf('IL_RES')).subjects.includes(`il.res.${mine}.wrb_last`));
    const after = await subjectsOf('IL_CMD');
    expect(after).toEqual(before);
    const results = await subjectsOf('IL_RES');
    expect([results.first, results.subjects.filter((one) => one.includes('forged'))]).toEqual([1, []]);
    expect((await subjectsOf('IL_EVENT')).subjects.filter((one) => one.includes('forged'))).toEqual([]);
  });

  it('do not let it speak for another connection in the body of a result either', async () => {
    const got: Result[] = [];
    core.consumeResults(async (group) => void got.push(...group), stop.signal);
    const forged = newResult(other, { id: 'wrb_of_another' });
    const honest = newResult(mine, { id: 'wrb_honest' });
    await worker.say(
      pub(`il.res.${mine}.wrb_of_another`, JSON.stringify(forged)),
      pub(`il.res.${mine}.wrb_honest`, JSON.stringify(honest)),
    );
    await vi.waitUntil(() => said.some((line) => line.includes('wrb_of_another')), { timeout: 5_000 });
    expect(said.filter((line) => line.includes('malformed') && line.includes('wrb_of_another'))).toHaveLength(1);
    expect(got.map((one) => one.id)).not.toContain('wrb_of_another');
  });

  it('do not open to a wrong password', async () => {
    await expect(rawNats(server.url, mine, 'two')).rejects.toThrow('Authorization Violation');
  });
});
