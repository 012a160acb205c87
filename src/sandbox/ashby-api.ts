// Ashby's procedures as the simulated Ashby answers them: errors come with status 200 and say so in the body.
import { randomUUID } from 'node:crypto';
import type { Jobs } from './ashby-jobs.ts';
import {
  applicationRow,
  type SandboxApplication,
  type SandboxArchiveReason,
  type SandboxPlan,
  stageRow,
} from './ashby-model.ts';
import { answer, type Planned } from './kernel/answer.ts';
import type { CallKind, FaultScript } from './kernel/faults.ts';
import { type SandboxApp, sandboxApp } from './kernel/server.ts';
import type { Shelf } from './kernel/shelf.ts';

type Body = Readonly<Record<string, unknown>>;

/** What the API works on. */
export interface AshbyAccount {
  apiKey: string;
  plans: Map<string, SandboxPlan>;
  archiveReasons: readonly SandboxArchiveReason[];
  jobs: Jobs;
  /** Ids of the custom fields of applications. */
  customFields: readonly string[];
  /** Whether a change of stage may hire. */
  hiresByApi: boolean;
  shelf: Shelf<SandboxApplication>;
  /** Saves and reports what changed. */
  save(next: SandboxApplication, by: 'api' | 'hand', lagMs?: number): void;
  now(): string;
  /** Errors that the next calls of a procedure are answered with, whether they save or not. */
  failures: { procedure: string; code: string | null; saves: boolean }[];
}

interface Procedure {
  kind: CallKind;
  run(account: AshbyAccount, body: Body): Planned;
}

const procedures: ReadonlyMap<string, Procedure> = new Map<string, Procedure>([
  ['application.info', { kind: 'read', run: info }],
  ['interviewStage.list', { kind: 'read', run: listStages }],
  ['interviewPlan.list', { kind: 'read', run: ({ plans }, body) => listed([...plans.values()].map(planRow), body) }],
  ['customField.list', { kind: 'read', run: ({ customFields }, body) => listed(customFields.map(fieldRow), body) }],
  ['job.info', { kind: 'read', run: ({ jobs }, body) => jobs.info(body) }],
  ['job.list', { kind: 'read', run: ({ jobs }, body) => jobs.list(body) }],
  ['job.create', { kind: 'write', run: ({ jobs }, body) => jobs.create(body) }],
  ['job.setStatus', { kind: 'write', run: ({ jobs }, body) => jobs.setStatus(body) }],
  ['application.changeStage', { kind: 'write', run: changeStage }],
  ['customField.setValues', { kind: 'write', run: setValues }],
]);

export function ashbyApi(account: AshbyAccount, faults: FaultScript): SandboxApp {
  const app = sandboxApp();
  const expected = `Basic ${Buffer.from(`${account.apiKey}:`).toString('base64')}`;
  app.post('/:procedure', async (call) => {
    const authorization = call.req.header('authorization');
    if (authorization === undefined) return call.json(failed('missing_api_key'), 401);
    if (authorization !== expected) return call.json(failed('invalid_api_key'), 403);
    const name = call.req.param('procedure');
    const procedure = procedures.get(name);
    const body: unknown = await call.req.json().catch(() => null);
    if (!procedure || body === null || typeof body !== 'object') return call.json(failed('resource_not_found'), 404);
    return answer(call, faults, procedure.kind, () => insteadOf(account, name, procedure.run(account, body as Body)));
  });
  return app;
}

/** An error that was asked for takes the place of the answer, and of what it would have saved. */
function insteadOf({ failures }: AshbyAccount, name: string, planned: Planned): Planned {
  const index = failures.findIndex(({ procedure }) => procedure === name);
  if (index < 0) return planned;
  const [failure] = failures.splice(index, 1);
  const body = failure?.code ? failed(failure.code) : { success: false, errors: [] };
  return { status: 200, body, ...(failure?.saves && planned.commit ? { commit: planned.commit } : {}) };
}

function info({ shelf }: AshbyAccount, { applicationId }: Body): Planned {
  if (!isId(applicationId)) return refused('invalid_input');
  const one = shelf.visible(applicationId);
  return one ? succeeded(applicationRow(one)) : refused('application_not_found');
}

function listStages({ plans }: AshbyAccount, { interviewPlanId }: Body): Planned {
  const plan = isId(interviewPlanId) ? plans.get(interviewPlanId) : undefined;
  if (!plan) return refused('interview_plan_not_found');
  const { status, body } = succeeded(plan.stages.map((stage) => stageRow(plan, stage)));
  return { status, body: { ...(body as object), moreDataAvailable: false } };
}

function changeStage(account: AshbyAccount, body: Body): Planned {
  const { applicationId, interviewStageId, archiveReasonId } = body;
  if (!isId(applicationId) || !isId(interviewStageId)) return refused('invalid_input');
  const one = account.shelf.saved(applicationId);
  if (!one) return refused('application_not_found');
  const stage = account.plans.get(one.job.plan.id)?.stages.find(({ id }) => id === interviewStageId);
  if (!stage) return refused('interview_stage_not_found');
  if (stage.type === 'Hired' && !account.hiresByApi) return refused('invalid_input');
  // Mandatory for one kind of stage, and not allowed for the others.
  if ((stage.type === 'Archived') !== (archiveReasonId !== undefined)) return refused('invalid_input');
  const archiveReason = account.archiveReasons.find(({ id }) => id === archiveReasonId) ?? null;
  if (stage.type === 'Archived' && !archiveReason) return refused('archive_reason_not_found');
  return saving(account, { ...one, stage, archiveReason });
}

function setValues(account: AshbyAccount, { objectId, objectType, values }: Body): Planned {
  const one = isId(objectId) && objectType === 'Application' ? account.shelf.saved(objectId) : undefined;
  if (!one || !Array.isArray(values) || values.length === 0) return refused('invalid_input');
  const given = values as { fieldId: string; fieldValue: string | number }[];
  if (given.some(({ fieldId }) => !account.customFields.includes(fieldId))) return refused('custom_field_not_found');
  const customFields = {
    ...one.customFields,
    ...Object.fromEntries(given.map(({ fieldId, fieldValue }) => [fieldId, fieldValue])),
  };
  return saving(account, { ...one, customFields });
}

function saving(account: AshbyAccount, next: SandboxApplication): Planned {
  const saved = { ...next, updatedAt: account.now() };
  return { ...succeeded(applicationRow(saved)), commit: (lagMs) => account.save(saved, 'api', lagMs) };
}

const planRow = ({ id }: SandboxPlan) => ({ id, title: 'Default plan', isArchived: false });
const fieldRow = (id: string) => ({ id, title: id, objectType: 'Application', isArchived: false, fieldType: 'String' });

/** A page of at most two, so that there is always another. */
function listed(rows: readonly unknown[], { cursor, limit }: Body): Planned {
  if (limit !== undefined && !(Number(limit) >= 1 && Number(limit) <= 100)) return refused('invalid_input');
  const from = Number(cursor ?? 0);
  const next =
    from + 2 < rows.length ? { moreDataAvailable: true, nextCursor: String(from + 2) } : { moreDataAvailable: false };
  const { status, body } = succeeded(rows.slice(from, from + 2));
  return { status, body: { ...(body as object), ...next } };
}

const succeeded = (results: unknown): Planned => ({ status: 200, body: { success: true, results } });
const refused = (code: string): Planned => ({ status: 200, body: failed(code) });
const failed = (code: string) => ({
  success: false,
  errors: [code],
  errorInfo: { code, message: `It failed: ${code}`, requestId: randomUUID() },
});

const isId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
