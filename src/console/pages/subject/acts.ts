// POST /subjects/:subject/acts: redrive, waive, hold or release, by the services that the API uses; leads back with what came of it.
import { isId } from '../../../core/ids.ts';
import { reasonSchema } from '../../../http/documented.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { holdLanes, releaseLanes } from '../../../services/settling/hold-lanes.ts';
import { type Decision, redriveWritebacks, waiveWritebacks } from '../../../services/settling/settle-writebacks.ts';
import { localPath, readForm } from '../../forms.ts';
import type { OwnVisit } from '../../route.ts';
import { saying } from '../../said.ts';
import { notFoundPage } from '../problem.tsx';

type Form = Readonly<Record<string, string>>;

export async function actOnSubject(visit: OwnVisit): Promise<Response> {
  const { request, who } = visit;
  const subject = request.req.param('subject') ?? '';
  if (!isId('sub', subject)) return notFoundPage(visit);
  const form = await readForm(request);
  const reason = reasonSchema.safeParse((form.reason ?? '').trim());
  const said = reason.success
    ? await carryOut(visit, subject, form, {
        actor: actorOf(who),
        reason: reason.data,
        requestId: request.get('requestId'),
      })
    : 'reason';
  const back = form.back === undefined ? `/subjects/${subject}` : localPath(form.back);
  return request.redirect(saying(back, said), 303);
}

async function carryOut({ desk }: OwnVisit, subject: string, form: Form, decision: Decision): Promise<string> {
  const { context } = desk;
  const { writeback = '', connection = '' } = form;
  const lane = [{ subject, connection }];
  switch (form.act) {
    case 'redrive': {
      const [decided] = await redriveWritebacks(context, [writeback], { ...decision, force: form.force === 'on' });
      return decided?.kind === 'done' ? 'redriven' : (decided?.kind ?? 'unknown');
    }
    case 'waive': {
      const [decided] = await waiveWritebacks(context, [writeback], decision);
      return decided?.kind === 'done'
        ? 'waived'
        : decided?.kind === 'settled'
          ? 'already_settled'
          : (decided?.kind ?? 'unknown');
    }
    case 'hold': {
      const [decided] = await holdLanes(context, lane, decision);
      return decided?.kind === 'done' ? 'held' : (decided?.kind ?? 'unknown');
    }
    case 'release': {
      const [decided] = await releaseLanes(context, lane, decision);
      if (decided?.kind !== 'done') return decided?.kind ?? 'unknown';
      return decided.held === null ? 'released' : 'still_held';
    }
    default:
      return 'unknown';
  }
}
