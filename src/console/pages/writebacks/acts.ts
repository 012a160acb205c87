// What is done about writebacks and lanes from their pages: redrive, waive, hold, release; each answers with where its result is.
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { beginBulkAct } from '../../../services/settling/bulk-acts.ts';
import { holdLanes, releaseLanes } from '../../../services/settling/hold-lanes.ts';
import { redriveWritebacks, waiveWritebacks } from '../../../services/settling/settle-writebacks.ts';
import { findDead } from '../../../store/reports/writeback-lists.ts';
import { localPath, readForm } from '../../forms.ts';
import { readReason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { refusalWords } from '../../writeback-words.ts';
import { notFoundPage, problemPage } from '../problem.tsx';
import { showWriteback } from './one.tsx';
import { viewOfQuery, type WritebacksView } from './view.ts';
import { showWritebacks } from './writebacks.tsx';

/** POST /writebacks/act: one act about those that were ticked, or about all that match. */
export async function actOnWritebacks(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const form = await readForm(request);
  const view = viewOfQuery(form);
  const ticked = Object.keys(form).flatMap((name) => (name.startsWith('tick-') ? [name.slice(5)] : []));
  const typed = form.reason ?? '';
  const refuse = (fault: string) => showWritebacks(visit, view, { fault, reason: typed, ticked: new Set(ticked) });
  const wish = wishes[form.do ?? ''];
  if (!wish) return refuse('Nothing was chosen to be done.');
  const said = readReason(typed);
  if (!said.ok) return refuse(said.fault);
  const chosen = wish.all
    ? await findDead(desk.context.database.reports, filterOf(view), limits.actItemsMax + 1)
    : ticked.filter((id) => isId('wrb', id));
  if (chosen.length === 0)
    return refuse(wish.all ? 'Nothing is given up that matches.' : 'Tick at least one writeback first.');
  const act = form.act ?? '';
  const begun = await beginBulkAct(desk.context, {
    kind: wish.kind,
    items: chosen,
    reason: said.reason,
    force: form.force === 'on',
    actor: actorOf(who),
    requestId: request.get('requestId'),
    ...(isId('act', act) ? { id: act } : {}),
  });
  return request.redirect(`/acts/${begun.id}`, 303);
}

const wishes: Readonly<Record<string, { kind: 'redrive' | 'waive'; all: boolean }>> = {
  redrive: { kind: 'redrive', all: false },
  'redrive-all': { kind: 'redrive', all: true },
  waive: { kind: 'waive', all: false },
};

const filterOf = ({ filter: { status: _status, ...rest } }: WritebacksView) => rest;

/** POST /writebacks/:writeback/redrive and …/waive: the page itself shows what comes of it. */
export async function decideWriteback(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const id = request.req.param('writeback') ?? '';
  const verb = request.req.path.endsWith('/redrive') ? 'redrive' : 'waive';
  if (!isId('wrb', id)) return notFoundPage(visit);
  const form = await readForm(request);
  const said = readReason(form.reason);
  if (!said.ok) return showWriteback(visit, id, { verb, fault: said.fault, reason: form.reason ?? '' });
  const decision = { actor: actorOf(who), reason: said.reason, requestId: request.get('requestId') };
  const [decided] =
    verb === 'redrive'
      ? await redriveWritebacks(desk.context, [id], { ...decision, force: form.force === 'on' })
      : await waiveWritebacks(desk.context, [id], decision);
  if (!decided || decided.kind === 'unknown') return notFoundPage(visit);
  if (decided.kind !== 'done')
    return showWriteback(visit, id, { verb, fault: `${refusalWords[decided.kind]}.`, reason: said.reason });
  return request.redirect(`/writebacks/${id}?said=${verb}`, 303);
}

/** POST /lanes/:subject/:connection/hold and …/release; goes back to the page of ours that asked. */
export async function decideLane(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const { subject = '', connection = '' } = request.req.param() as Record<string, string>;
  const verb = request.req.path.endsWith('/hold') ? 'hold' : 'release';
  if (!isId('sub', subject)) return notFoundPage(visit);
  const form = await readForm(request);
  const said = readReason(form.reason);
  if (!said.ok) return problemPage(visit, 400, 'The lane is as it was', said.fault);
  const carryOut = verb === 'hold' ? holdLanes : releaseLanes;
  const [decided] = await carryOut(desk.context, [{ subject, connection }], {
    actor: actorOf(who),
    reason: said.reason,
    requestId: request.get('requestId'),
  });
  if (!decided || decided.kind === 'unknown') return notFoundPage(visit);
  // Whoever finds it done already has what was wanted.
  const back = localPath(form.back);
  return request.redirect(`${back}${back.includes('?') ? '&' : '?'}said=${verb}`, 303);
}
