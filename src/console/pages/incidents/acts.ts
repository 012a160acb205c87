// What forms do about incidents: assign, note, settle, choose a value, link persons; each leads back to the incident with what came of it.
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { plainText, reasonSchema } from '../../../http/documented.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { assignIncident, noteIncident } from '../../../services/settling/care-for-incidents.ts';
import { type Choice, settleConflict } from '../../../services/settling/settle-conflicts.ts';
import { settleDuplicate } from '../../../services/settling/settle-duplicates.ts';
import { settleIncident } from '../../../services/settling/settle-incidents.ts';
import type { Actor } from '../../../services/write-audit.ts';
import { readForm } from '../../forms.ts';
import type { OwnVisit } from '../../route.ts';
import { saying } from '../../said.ts';
import { notFoundPage } from '../problem.tsx';

type Form = Readonly<Record<string, string>>;
interface By {
  actor: Actor;
  requestId: string | undefined;
}
/** Gives the code of what came of it. */
type Work = (visit: OwnVisit, id: string, form: Form, by: By) => Promise<string>;

const acting =
  (work: Work) =>
  async (visit: OwnVisit): Promise<Response> => {
    const { request, who } = visit;
    const id = request.req.param('incident') ?? '';
    if (!isId('inc', id)) return notFoundPage(visit);
    const by = { actor: actorOf(who), requestId: request.get('requestId') };
    return request.redirect(saying(`/incidents/${id}`, await work(visit, id, await readForm(request), by)), 303);
  };

const reasonOf = (form: Form): string | null => {
  const reason = reasonSchema.safeParse((form.reason ?? '').trim());
  return reason.success ? reason.data : null;
};

export const assignByForm = acting(async ({ desk }, id, { account = '' }, by) => {
  const assigned = await assignIncident(desk.context, id, { account: account === '' ? null : account, ...by });
  return assigned.kind === 'done' ? (account === '' ? 'unassigned' : 'assigned') : assigned.kind;
});

const noteText = plainText(limits.incidentNoteCharsMax);

export const noteByForm = acting(async ({ desk }, id, { note = '' }, by) => {
  const body = noteText.safeParse(note.trim());
  if (!body.success) return 'note';
  const noted = await noteIncident(desk.context, id, { body: body.data, ...by });
  return noted.kind === 'done' ? 'noted' : noted.kind;
});

export const settleByForm = acting(async ({ desk }, id, form, by) => {
  const resolution = reasonOf(form);
  if (resolution === null) return 'reason';
  const decided = await settleIncident(desk.context, id, { resolution, ...by });
  return decided.kind === 'done' ? 'settled' : decided.kind;
});

export const chooseByForm = acting(async ({ desk }, id, form, by) => {
  const reason = reasonOf(form);
  if (reason === null) return 'reason';
  const choice = choiceOf(form);
  if (!choice) return 'invalid_value';
  const decided = await settleConflict(desk.context, id, { ...choice, reason, ...by });
  if (decided.kind !== 'invalid_value' || choice.choice !== 'other' || typeof choice.value === 'string')
    return decided.kind === 'done' ? 'chosen' : decided.kind;
  // What reads like a number or a truth may be meant as a text.
  const again = await settleConflict(desk.context, id, { choice: 'other', value: form.value, reason, ...by });
  return again.kind === 'done' ? 'chosen' : again.kind;
});

function choiceOf({ choice, value = '' }: Form): Choice | null {
  if (choice === 'ours' || choice === 'theirs') return { choice };
  if (choice !== 'other' || value.trim() === '') return null;
  try {
    return { choice, value: JSON.parse(value) as unknown };
  } catch {
    return { choice, value: value.trim() };
  }
}

export const linkByForm = acting(async ({ desk }, id, form, by) => {
  const reason = reasonOf(form);
  if (reason === null) return 'reason';
  if (form.same !== 'yes' && form.same !== 'no') return 'unknown';
  const same = form.same === 'yes';
  const decided = await settleDuplicate(desk.context, id, { same, reason, ...by });
  return decided.kind === 'done' ? (same ? 'linked' : 'told_apart') : decided.kind;
});
