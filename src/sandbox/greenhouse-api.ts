// Harvest v3 as the simulated Greenhouse answers it: tokens, reads, and writes that check their preconditions.
import { randomUUID } from 'node:crypto';
import { applicationRow, type SandboxApplication } from './greenhouse-model.ts';
import type { Office } from './greenhouse-office.ts';
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import { type SandboxApp, sandboxApp } from './kernel/server.ts';

type Body = Readonly<Record<string, unknown>>;
/** One write: the application after it, or a refusal. */
type Write = (office: Office, application: SandboxApplication, body: Body) => SandboxApplication | Planned;

const writes: Readonly<Record<string, Write>> = { move, reject, unreject, hire };

export function greenhouseApi(office: Office, faults: FaultScript): SandboxApp {
  const app = sandboxApp();
  app.post('/token', async (call) => {
    const form = await call.req.parseBody();
    return answer(call, faults, 'auth', () => token(office, call.req.header('authorization'), form));
  });
  app.use('/v3/*', async (call, next) => {
    const [, bearer] = /^Bearer (\S+)$/.exec(call.req.header('authorization') ?? '') ?? [];
    if (bearer === undefined || !office.tokens.has(bearer)) return call.json({ message: 'Unauthorized' }, 401);
    await next();
  });
  app.get('/v3/applications', (call) =>
    answer(call, faults, 'read', () =>
      list(idsOf(call.req.query('ids')).flatMap((id) => visible(office, id).map(applicationRow))),
    ),
  );
  app.get('/v3/job_interview_stages', (call) =>
    answer(call, faults, 'read', () => {
      const asked = call.req.query('job_ids');
      if (asked !== undefined) return list(idsOf(asked).flatMap((id) => stages(office, id)));
      return paged(
        [...office.jobs.keys()].flatMap((id) => stages(office, String(id))),
        call.req.url,
      );
    }),
  );
  app.get('/v3/custom_fields', (call) => answer(call, faults, 'read', () => paged(customFields(office), call.req.url)));
  app.get('/v3/rejection_details', (call) =>
    answer(call, faults, 'read', () =>
      list(idsOf(call.req.query('application_ids')).flatMap((id) => rejections(office, id))),
    ),
  );
  app.post('/v3/applications/:id/:act', async (call) => {
    const body = await bodyOf(call.req);
    return answer(call, faults, 'write', () =>
      write(office, call.req.param('id'), writes[call.req.param('act')], body),
    );
  });
  app.patch('/v3/applications/:id', async (call) => {
    const body = await bodyOf(call.req);
    return answer(call, faults, 'write', () => write(office, call.req.param('id'), patch, body));
  });
  return app;
}

function token(office: Office, authorization: string | undefined, form: Body): Planned {
  const { clientId, clientSecret } = office.options;
  const expected = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  if (authorization !== expected) return { status: 401, body: { error: 'invalid_client' } };
  if (form.grant_type !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } };
  const value = randomUUID();
  const commit = (): void => {
    office.tokens.clear();
    office.tokens.add(value);
  };
  return { status: 200, body: { access_token: value, token_type: 'Bearer', expires_in: 3600 }, commit };
}

function write(office: Office, id: string, act: Write | undefined, body: Body): Planned {
  const application = office.shelf.saved(id);
  if (!application || !act) return { status: 404, body: { message: 'Resource not found' } };
  const next = act(office, application, body);
  return 'body' in next
    ? next
    : {
        status: 204,
        body: undefined,
        commit: (lagMs) => office.save({ ...next, lastActivityAt: office.now() }, 'api', lagMs),
      };
}

function move(office: Office, application: SandboxApplication, body: Body): ReturnType<Write> {
  if (application.status !== 'in_process') return wrongStatus(application);
  if (body.from_stage_id !== application.stage.id)
    return invalid('from_stage_id', 'Must be the current stage of the application');
  const to = office.jobs.get(application.jobId)?.stages.find((stage) => stage.id === body.to_stage_id);
  return to ? { ...application, stage: to } : invalid('to_stage_id', 'Must be a stage of the job of the application');
}

function reject(office: Office, application: SandboxApplication, body: Body): ReturnType<Write> {
  if (application.status !== 'in_process') return wrongStatus(application);
  const id = Number(body.rejection_reason_id);
  const name = office.options.rejectionReasons[id];
  if (name === undefined) return invalid('rejection_reason_id', 'Must be a rejection reason of the organization');
  return { ...application, status: 'rejected', rejectedAt: office.now(), rejectionReason: { id, name } };
}

function unreject(_office: Office, application: SandboxApplication): ReturnType<Write> {
  if (application.status !== 'rejected') return wrongStatus(application, 'rejected');
  return { ...application, status: 'in_process', rejectedAt: null, rejectionReason: null };
}

function hire(_office: Office, application: SandboxApplication, body: Body): ReturnType<Write> {
  if (application.status !== 'in_process') return wrongStatus(application);
  const { offer } = application;
  const startsOn = typeof body.start_date === 'string' ? body.start_date : offer?.startsOn;
  return { ...application, status: 'hired', offer: offer && startsOn !== undefined ? { ...offer, startsOn } : offer };
}

function patch({ fields: known }: Office, application: SandboxApplication, body: Body): ReturnType<Write> {
  const fields = (Array.isArray(body.custom_fields) ? body.custom_fields : []) as {
    name_key?: string;
    value?: string;
  }[];
  const unknown = fields.find(({ name_key: key }) => key === undefined || known.get(key) !== true);
  if (unknown) return invalid('custom_fields', 'Must name custom fields of applications');
  return {
    ...application,
    customFields: {
      ...application.customFields,
      ...Object.fromEntries(fields.map(({ name_key: key, value }) => [key, value ?? ''])),
    },
  };
}

const invalid = (field: string, message: string): Planned => ({
  status: 422,
  body: { message: 'Validation error', errors: [{ message, field }] },
});

const wrongStatus = ({ status }: SandboxApplication, must = 'active'): Planned => ({
  status: 422,
  body: {
    errors: [
      { message: `Application must be '${must}', is currently '${status === 'in_process' ? 'active' : status}'` },
    ],
  },
});

const list = (rows: unknown[]): Planned => ({ status: 200, body: rows });

/** The next page is named by a cursor in the `Link` header, which must be asked for with nothing else. */
function paged(rows: unknown[], address: string): Planned {
  const url = new URL(address);
  const cursor = url.searchParams.get('cursor');
  if (cursor !== null && url.searchParams.size > 1) return { status: 422, body: { message: 'cursor must be alone' } };
  const [from = 0, size = 0] = cursor
    ? Buffer.from(cursor, 'base64url').toString().split('/').map(Number)
    : [0, Number(url.searchParams.get('per_page') ?? 100)];
  const next = from + size < rows.length ? Buffer.from(`${from + size}/${size}`).toString('base64url') : null;
  const link = next === null ? {} : { link: `<${url.origin}${url.pathname}?cursor=${next}>; rel="next"` };
  return { status: 200, body: rows.slice(from, from + size), headers: link };
}

/** Archived ones stay in the list, as deleted stages do. */
const customFields = ({ fields }: Office): unknown[] =>
  [...fields].map(([name_key, active], index) => ({
    id: index + 1,
    name: name_key,
    name_key,
    field_type: 'application',
    active,
  }));
const idsOf = (text: string | undefined): string[] => (text ?? '').split(',').filter((id) => /^\d+$/.test(id));

function visible({ shelf }: Office, id: string): SandboxApplication[] {
  const application = shelf.visible(id);
  return application ? [application] : [];
}

const stages = ({ jobs }: Office, id: string): unknown[] =>
  (jobs.get(Number(id))?.stages ?? []).map((stage, index) => ({
    ...stage,
    job_id: Number(id),
    sort_order: index,
    active: true,
  }));

const rejections = (office: Office, id: string): unknown[] =>
  visible(office, id).flatMap(({ rejectionReason, rejectedAt }) =>
    rejectionReason
      ? [
          {
            id: Number(id) + 1,
            application_id: Number(id),
            rejection_reason_id: rejectionReason.id,
            created_at: rejectedAt,
          },
        ]
      : [],
  );

async function bodyOf(request: { json(): Promise<unknown> }): Promise<Body> {
  const parsed = await request.json().catch(() => null);
  return parsed !== null && typeof parsed === 'object' ? (parsed as Body) : {};
}
