// SmartRecruiters' API as the simulated one answers it: a key, two reads, and the status of an application.
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import { type SandboxApp, sandboxApp } from './kernel/server.ts';
import {
  applicationBody,
  candidateBody,
  changed,
  type SandboxAssignment,
  type SmartrecruitersEdit,
  type SmartrecruitersOffice,
} from './smartrecruiters-office.ts';

export function smartrecruitersApi(
  office: SmartrecruitersOffice,
  faults: FaultScript,
  isKey: (key: string) => boolean,
): SandboxApp {
  const app = sandboxApp();
  app.use('*', async (call, next) => {
    if (!isKey(call.req.header('x-smarttoken') ?? '')) return call.json(fault('UNAUTHORIZED').body, 401);
    await next();
  });
  app.get('/candidates/:candidate/jobs/:job', (call) =>
    answer(call, faults, 'read', () => {
      const shown = office.shelf.visible(`${call.req.param('candidate')}:${call.req.param('job')}`);
      return shown ? { status: 200, body: applicationBody(office, shown) } : fault('NOT_FOUND', 404);
    }),
  );
  app.get('/candidates/:candidate', (call) =>
    answer(call, faults, 'read', () => {
      const [primary, ...others] = office.shelf
        .all()
        .filter(({ candidateId }) => candidateId === call.req.param('candidate'));
      return primary ? { status: 200, body: candidateBody(office, [primary, ...others]) } : fault('NOT_FOUND', 404);
    }),
  );
  app.put('/candidates/:candidate/jobs/:job/status', async (call) => {
    const body = (await call.req.json().catch(() => ({}))) as Partial<SmartrecruitersEdit>;
    return answer(call, faults, 'write', () => {
      const saved = office.shelf.saved(`${call.req.param('candidate')}:${call.req.param('job')}`);
      return saved ? statusChange(office, saved, body) : fault('NOT_FOUND', 404);
    });
  });
  return app;
}

function statusChange(
  office: SmartrecruitersOffice,
  saved: SandboxAssignment,
  { status, ...rest }: Partial<SmartrecruitersEdit>,
): Planned {
  if (typeof status !== 'string') return fault('STATUS_REQUIRED');
  const next = changed(office, saved, { status, ...rest });
  if ('code' in next) return fault(next.code);
  return { status: 204, body: undefined, commit: (lagMs) => office.save(next, 'api', lagMs) };
}

const fault = (code: string, status = 400): Planned => ({
  status,
  body: { message: 'The request was not carried out', errors: [{ code, message: code.toLowerCase() }] },
});
