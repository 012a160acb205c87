// Workable's API as the simulated one answers it: a token, two reads, and acts that answer 200 with nothing in it.
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import { type SandboxApp, sandboxApp } from './kernel/server.ts';
import { acted, candidateBody, type WorkableEdit, type WorkableOffice } from './workable-office.ts';

type Body = Readonly<Record<string, unknown>>;

const acts: Readonly<Record<string, (body: Body) => WorkableEdit>> = {
  move: (body) => ({ kind: 'move', stage: String(body.target_stage ?? '') }),
  disqualify: (body) => ({
    kind: 'disqualify',
    ...(typeof body.disqualify_reason_id === 'string' ? { reasonId: body.disqualify_reason_id } : {}),
    withdrew: body.withdrew === true,
  }),
  revert: () => ({ kind: 'revert' }),
};

export function workableApi(
  office: WorkableOffice,
  faults: FaultScript,
  isToken: (token: string) => boolean,
): SandboxApp {
  const app = sandboxApp();
  app.use('*', async (call, next) => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(call.req.header('authorization') ?? '') ?? [];
    if (!isToken(token)) return call.json({ error: 'Not authorized' }, 401);
    await next();
  });
  app.get('/spi/v3/candidates/:id', (call) =>
    answer(call, faults, 'read', () => {
      const shown = office.shelf.visible(call.req.param('id'));
      return shown ? { status: 200, body: { candidate: candidateBody(office, shown) } } : error('Not found', 404);
    }),
  );
  app.get('/spi/v3/jobs/:shortcode/stages', (call) =>
    answer(call, faults, 'read', () => ({
      status: 200,
      body: {
        stages: office
          .stages(call.req.param('shortcode'))
          .map((stage, index) => ({ ...stage, identifier: stage.id.toString(16), position: index + 1 })),
      },
    })),
  );
  app.post('/spi/v3/candidates/:id/:act', async (call) => {
    const body = (await call.req.json().catch(() => ({}))) as Body;
    return answer(call, faults, 'write', () => write(office, call.req.param('id'), call.req.param('act'), body));
  });
  return app;
}

function write(office: WorkableOffice, id: string, name: string, body: Body): Planned {
  const saved = office.shelf.saved(id);
  const act = acts[name];
  if (!saved || !act) return error('Not found', 404);
  if (!office.options.members.includes(String(body.member_id))) return error('Member not found', 422);
  const next = acted(office, saved, act(body));
  if ('error' in next) return error(next.error, 422);
  return { status: 200, body: undefined, commit: (lagMs) => office.save(next, 'api', lagMs) };
}

const error = (text: string, status: number): Planned => ({ status, body: { error: text } });
