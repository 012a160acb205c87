// Checkr as its pages describe it: candidates and reports, and events about them as signed webhooks.
import { createHmac } from 'node:crypto';
import { answer } from './kernel/answer.ts';
import { createFaultScript } from './kernel/faults.ts';
import { seededRandom } from './kernel/random.ts';
import { sandboxApp, startSandboxServer } from './kernel/server.ts';
import { createShelf } from './kernel/shelf.ts';
import type { Simulator } from './kernel/simulator.ts';
import { createWebhookEmitter, type WebhookEmitter } from './kernel/webhooks.ts';
import { createWriteLog } from './kernel/write-log.ts';

export interface CheckrReport {
  id: string;
  object: 'report';
  uri: string;
  candidate_id: string;
  package: string;
  status: 'pending' | 'complete' | 'suspended' | 'canceled' | 'dispute' | 'clear' | 'consider';
  result: 'clear' | 'consider' | null;
  adjudication: 'engaged' | 'pre_adverse_action' | null;
  tags: string[];
  created_at: string;
  completed_at: string | null;
}

export interface CheckrOptions {
  /** What webhooks are signed with. */
  webhookSecret: string;
  /** False: events name their object and no more. */
  includeObject?: boolean;
  /** Pretty bodies under a signature over the compact form: what a re-serialising sender does. */
  reformat?: boolean;
  accountId?: string;
  seed?: number;
  port?: number;
}

export interface CheckrSandbox extends Simulator<{ result: 'clear' | 'consider' }> {
  webhooks: WebhookEmitter;
  /** A candidate who consented is invited, fills in the form, and a report is made. */
  order(tags: readonly string[]): CheckrReport;
  complete(report: string, result: 'clear' | 'consider'): void;
  /** As accounts from before the results had it: the result as the status. */
  completeAsBefore(report: string, status: 'clear' | 'consider'): void;
  tell(type: string, object: Record<string, unknown>): void;
  report(id: string): CheckrReport;
}

export async function startCheckr(options: CheckrOptions): Promise<CheckrSandbox> {
  const random = seededRandom(options.seed ?? 1);
  const log = createWriteLog();
  const faults = createFaultScript(random);
  const webhooks = createWebhookEmitter({
    random,
    sign: ({ body }) => ({
      'user-agent': 'Checkr-Webhook/1.0',
      'x-checkr-signature': createHmac('sha256', options.webhookSecret)
        .update(JSON.stringify(JSON.parse(body)))
        .digest('hex'),
    }),
    received: (status) => status >= 200 && status < 300,
  });
  const shelf = createShelf<CheckrReport>(log, ({ status, result }) => `${status} ${result ?? '-'}`);
  const hex = (): string => Array.from({ length: 24 }, () => random.integer(0, 15).toString(16)).join('');

  function tell(type: string, object: Record<string, unknown>): void {
    const { id, object: kind, uri } = object;
    const event = {
      id: hex(),
      object: 'event',
      type,
      created_at: new Date().toISOString(),
      webhook_url: 'https://interlock.example/hooks/checkr',
      data: { object: options.includeObject === false ? { id, object: kind, uri } : object },
      ...(options.accountId === undefined ? {} : { account_id: options.accountId }),
    };
    webhooks.emit(event.id, JSON.stringify(event, null, options.reformat ? 2 : 0));
  }
  function step(report: CheckrReport, type: string): void {
    shelf.put(report.id, report, 'hand');
    tell(type, { ...report });
  }
  const at = (id: string): CheckrReport => {
    const report = shelf.saved(id);
    if (!report) throw new Error(`There is no report ${id}.`);
    return report;
  };
  const done = () => ({ completed_at: new Date().toISOString() });

  const app = sandboxApp();
  app.get('/v1/reports/:id', (call) =>
    answer(call, faults, 'read', () => {
      const report = shelf.visible(call.req.param('id'));
      return report ? { status: 200, body: report } : { status: 404, body: { error: 'Report not found' } };
    }),
  );
  const server = await startSandboxServer(app, options.port);
  const close = async (): Promise<void> => {
    await webhooks.close();
    await server.close();
  };
  return {
    url: server.url,
    faults,
    log,
    webhooks,
    tell,
    report: at,
    order(tags) {
      const candidate = hex();
      const invitation = { id: hex(), object: 'invitation', uri: '/v1/invitations/x', candidate_id: candidate };
      tell('invitation.created', { ...invitation, status: 'pending' });
      tell('invitation.completed', { ...invitation, status: 'completed' });
      const report = newReport(hex(), candidate, tags);
      step(report, 'report.created');
      return report;
    },
    complete: (id, result) => step({ ...at(id), status: 'complete', result, ...done() }, 'report.completed'),
    completeAsBefore: (id, status) => step({ ...at(id), status, ...done() }, 'report.completed'),
    editByHand: (id, { result }) => step({ ...at(id), status: 'complete', result, ...done() }, 'report.completed'),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const newReport = (id: string, candidate: string, tags: readonly string[]): CheckrReport => ({
  id,
  object: 'report',
  uri: `/v1/reports/${id}`,
  candidate_id: candidate,
  package: 'tasker_standard',
  status: 'pending',
  result: null,
  adjudication: null,
  tags: [...tags],
  created_at: new Date().toISOString(),
  completed_at: null,
});
