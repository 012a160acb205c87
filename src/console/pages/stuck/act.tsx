// POST /stuck/act: decides about the ticked rows or about all that match, and leads to what becomes of each.
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { readAllStuck } from '../../../services/reports/read-stuck.ts';
import { beginBulkAct } from '../../../services/settling/bulk-acts.ts';
import { readForm } from '../../forms.ts';
import { readReason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { plural } from '../../words.ts';
import { decidable } from './list.tsx';
import { showStuck } from './stuck.tsx';
import { type StuckView, stuckViewOf } from './view.ts';

const deeds = ['redrive', 'waive', 'redrive-all', 'settle', 'settle-all'] as const;
type Deed = (typeof deeds)[number];

export async function stuckAct(visit: OwnVisit): Promise<Response> {
  const form = await readForm(visit.request);
  const view = stuckViewOf(form);
  const ticked = Object.keys(form)
    .filter((name) => name.startsWith('tick-'))
    .map((name) => name.slice('tick-'.length));
  const refuse = (fault: string, keep: readonly string[] = ticked) =>
    showStuck(visit, view, { fault, reason: form.reason ?? '', ticked: new Set(keep) });
  const read = readReason(form.reason);
  if (!read.ok) return refuse(read.fault);
  const deed = deeds.find((one) => one === form.do);
  if (deed === undefined) return refuse('Say what is to be done with them.');
  const chosen = await chosenBy(visit, deed, view, ticked);
  if (chosen.unfit.length > 0)
    return refuse(
      `${plural(chosen.unfit.length, 'ticked row')} cannot be ${deed.startsWith('settle') ? 'settled here' : 'written again or waived'}, and nothing was done. The others are still ticked.`,
      chosen.ids,
    );
  if (chosen.ids.length === 0)
    return refuse(deed.endsWith('-all') ? 'None of those that match can be decided so.' : 'Tick at least one.');
  return act(visit, form, deed, read.reason, chosen);
}

interface Chosen {
  ids: string[];
  /** Ticked, and of another kind. */
  unfit: string[];
  more: boolean;
}

/** Ids of writebacks or of incidents: those that were ticked, or the oldest that match. */
async function chosenBy({ desk }: OwnVisit, deed: Deed, view: StuckView, ticked: readonly string[]): Promise<Chosen> {
  const prefix = deed.startsWith('settle') ? 'inc' : 'wrb';
  if (!deed.endsWith('-all')) {
    const ids = ticked.filter((id) => isId(prefix, id));
    return { ids, unfit: ticked.filter((id) => !isId(prefix, id)), more: false };
  }
  const rowsMax = limits.actItemsMax;
  const causes = prefix === 'inc' ? (['systems_disagree', 'incident_open'] as const) : (['write_unconfirmed'] as const);
  const chosen = { ids: [] as string[], unfit: [] as string[], more: false };
  for (const cause of causes) {
    if (view.conditions.cause !== undefined && view.conditions.cause !== cause) continue;
    const { items, more } = await readAllStuck(desk.context, { ...view.conditions, cause }, rowsMax);
    const fit = items.filter((one) => (prefix === 'inc' ? decidable(one) === 'incident' : one.code === 'dead'));
    chosen.ids.push(...fit.map((one) => one.id));
    chosen.more ||= more;
  }
  return { ...chosen, more: chosen.more || chosen.ids.length > rowsMax };
}

async function act(
  visit: OwnVisit,
  form: Readonly<Record<string, string>>,
  deed: Deed,
  reason: string,
  { ids, more }: Chosen,
): Promise<Response> {
  const { desk, request, who } = visit;
  const begun = await beginBulkAct(desk.context, {
    kind: deed.startsWith('settle') ? 'settle' : deed === 'waive' ? 'waive' : 'redrive',
    items: ids,
    more,
    reason,
    actor: actorOf(who),
    requestId: request.get('requestId'),
    ...(isId('act', form.act ?? '') ? { id: form.act as `act_${string}` } : {}),
  });
  return request.redirect(`/acts/${begun.id}`, 303);
}
