// Personal data leaves only towards the system that needs it: not into logs, metrics, messages or plain columns.
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalBus } from '../../src/bus/local.ts';
import type { Bus } from '../../src/bus/port.ts';
import { createLog } from '../../src/log.ts';
import { type HiringOffice, openHiringOffice } from '../support/hiring-office.ts';
import { intake } from '../support/intakes.ts';

const canary = 'Canary-Quetzalcoatl';
const lines: string[] = [];
const messages: string[] = [];
let office: HiringOffice;

beforeAll(async () => {
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  office = await openHiringOffice({ log: createLog('debug', sink), bus: listening() });
  await liveThroughTrouble();
}, 60_000);
afterAll(async () => office[Symbol.asyncDispose]());

/** Every message as it would stand in a stream. */
function listening(): Bus {
  const bus = createLocalBus({ log: () => {}, reason: 'a test' });
  return {
    ...bus,
    publishCommand: (command) => bus.publishCommand(heard(command)),
    publishResult: (result) => bus.publishResult(heard(result)),
    publishFeed: (machine, event) => bus.publishFeed(machine, heard(event)),
  };
}

function heard<Message>(message: Message): Message {
  messages.push(JSON.stringify(message));
  return message;
}

/** Good days and bad ones, with the canary in everything that a person or a vendor could write. */
async function liveThroughTrouble(): Promise<void> {
  const ref = await office.applicant();
  await office.record(ref, 'triage.started', {
    data: { 'candidate.firstName': canary, 'candidate.email': `${canary}@example.com` },
  });
  await office.record(ref, 'screening.invited');
  office.greenhouse.faults.next('save_then_500');
  office.greenhouse.faults.next('html_200');
  await office.record(ref, 'screening.completed', { by: 'screening', data: { 'screening.score': 77 } });
  await office.record(ref, 'application.rejected', { data: { 'rejection.reason': canary } });
  await office.record(ref, 'triage.started', { data: { 'candidate.lastName': canary } });
  const { context } = office.service;
  const fine = intake(ref, 'triage.started', { data: { 'candidate.lastName': canary } });
  const broken = { ...fine, occurredAt: `${canary} is not a date` };
  await context
    .recorder()
    .record(broken)
    .catch(() => {});
  await office.settled(ref);
}

describe('a canary in every field', () => {
  test('is in no log line, and there were some', () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.includes(canary))).toEqual([]);
  });

  test('is in no command, result or fact on the bus', () => {
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.filter((message) => message.includes(canary))).toEqual([]);
  });

  test('is in no metric', async () => {
    const metrics = await office.service.context.metrics.registry.metrics();
    expect(metrics).toContain('interlock_writeback_attempts_total');
    expect(metrics).not.toContain(canary);
  });

  test('is readable in no table', async () => {
    const { context } = office.service;
    const tables = await context.database.reports.introspection.getTables();
    expect(tables.length).toBeGreaterThan(20);
    for (const table of tables) {
      const rows = await context.database.reports
        .selectFrom(table.name as 'event')
        .selectAll()
        .execute();
      const found = rows.filter((row) => JSON.stringify(row, (_key, value) => plain(value)).includes(canary));
      expect(found, table.name).toEqual([]);
    }
  });
});

/** Bytes as text, so that a plain value in a binary column is found too. */
function plain(value: unknown): unknown {
  const bytes = value as { type?: string; data?: number[] } | null;
  return bytes?.type === 'Buffer' && bytes.data ? Buffer.from(bytes.data).toString('latin1') : value;
}
