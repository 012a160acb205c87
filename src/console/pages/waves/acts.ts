// Carries out what was decided about a wave, and goes back to its page, which says so; what is refused is shown there in words.
import { phases } from '../../../core/deciding/gates.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import type { WaveMoment } from '../../../services/waves/wave-moment.ts';
import { changePhase, holdWave, resumeWave, type WaveChanged } from '../../../services/waves/waves.ts';
import { readForm } from '../../forms.ts';
import { readReason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { notFoundPage } from '../problem.tsx';
import { showWave } from './one.tsx';
import { readScope } from './scope.tsx';

/** POST /waves/:connection/phase. */
export async function changePhaseByForm(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const connection = request.req.param('connection') ?? '';
  const fields = await readForm(request);
  const to = phases.find((one) => one === fields.to);
  const refuse = (fault: string) => showWave(visit, connection, { form: to ?? '', fault, fields });
  if (!to) return refuse('Say which phase is to begin.');
  const said = readReason(fields.reason);
  if (!said.ok) return refuse(said.fault);
  const read = readScope(fields);
  if (!read.ok) return refuse(read.fault);
  if (fields.override === 'on' && !who.roles.includes('admin'))
    return refuse('Only an admin may pass a gate over. Nothing was changed.');
  const changed = await changePhase(desk.context, {
    connection,
    seen: seenIn(fields),
    to,
    ...(to === 'pilot' ? { pilot: read.scope } : {}),
    // Only where it was asked: else it stays as it was.
    ...(fields.asked === 'catchUp' ? { catchUp: fields.catchUp === 'on' } : {}),
    ...(fields.override === 'on' ? { override: { reason: said.reason } } : {}),
    reason: said.reason,
    actor: actorOf(who),
  });
  return answer(visit, connection, { form: to, fields }, changed);
}

/** POST /waves/:connection/hold and …/resume. */
export async function holdByForm(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const connection = request.req.param('connection') ?? '';
  const form = request.req.path.endsWith('/hold') ? 'hold' : 'resume';
  const fields = await readForm(request);
  const said = readReason(fields.reason);
  if (!said.ok) return showWave(visit, connection, { form, fault: said.fault, fields });
  const [actor, seen] = [actorOf(who), seenIn(fields)];
  const changed =
    form === 'hold'
      ? await holdWave(desk.context, { connection, seen, gate: 'person', detail: said.reason, actor })
      : await resumeWave(desk.context, { connection, seen, reason: said.reason, actor });
  return answer(visit, connection, { form, fields }, changed);
}

/** How it stood on the page that was sent; as it stands now where the page did not say. */
const seenIn = ({ since, held }: Readonly<Record<string, string>>): WaveMoment | undefined =>
  since === undefined ? undefined : { since: since || null, held: held || null };

interface Sent {
  form: string;
  fields: Readonly<Record<string, string>>;
}

function answer(
  visit: OwnVisit,
  connection: string,
  { form, fields }: Sent,
  changed: WaveChanged,
): Response | Promise<Response> {
  if (changed.ok) return visit.request.redirect(`/waves/${connection}?said=${form}`, 303);
  if (changed.code === 'unknown_connection') return notFoundPage(visit);
  return showWave(visit, connection, { form, fault: faultOf(changed), fields });
}

/** The service's own words where it has some; else that it stands otherwise than the page showed. */
function faultOf(refused: { code: string; detail?: string }): string {
  const detail = refused.detail ?? 'It was changed meanwhile. Look at how it stands now, and decide again';
  return `Nothing was changed. ${detail}${/[.!?]$/.test(detail) ? '' : '.'}`;
}
