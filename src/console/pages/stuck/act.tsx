// POST /stuck/act: decides about the ticked rows or about all that match, and leads to what became of each; and the page of that for incidents.
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { readAllStuck } from '../../../services/reports/read-stuck.ts';
import { beginBulkAct } from '../../../services/settling/bulk-acts.ts';
import { readSettlement, type Settlement, settleMany } from '../../../services/settling/settle-many.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { readReason } from '../../parts/decide.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none, plural, sentence } from '../../words.ts';
import type { Tone } from '../../writeback-words.ts';
import { notFoundPage } from '../problem.tsx';
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
  return deed.startsWith('settle')
    ? settle(visit, form, read.reason, chosen)
    : act(visit, form, deed, read.reason, chosen);
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
  const rowsMax = prefix === 'inc' ? limits.bulkSettleMax : limits.actItemsMax;
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
    kind: deed === 'waive' ? 'waive' : 'redrive',
    items: ids,
    more,
    reason,
    actor: actorOf(who),
    requestId: request.get('requestId'),
    ...(isId('act', form.act ?? '') ? { id: form.act as `act_${string}` } : {}),
  });
  return request.redirect(`/acts/${begun.id}`, 303);
}

async function settle(
  visit: OwnVisit,
  form: Readonly<Record<string, string>>,
  resolution: string,
  { ids, more }: Chosen,
): Promise<Response> {
  const { desk, request, who } = visit;
  const given = form.settlement ?? '';
  const id = isId('stl', given) ? given : desk.context.newId('stl');
  await settleMany(desk.context, who, { id, incidents: ids, resolution, more, requestId: request.get('requestId') });
  return request.redirect(`/stuck/settlements/${id}`, 303);
}

/** GET /stuck/settlements/:settlement */
export async function settlementPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('settlement') ?? '';
  const settlement = isId('stl', id) ? await readSettlement(desk.context, id) : null;
  if (!settlement) return notFoundPage(visit);
  const { items } = settlement;
  const done = items.filter(({ result }) => result === 'done').length;
  const heading = `Settling of ${plural(items.length, 'incident')}`;
  const now = desk.context.now();
  return page(
    visit,
    { title: heading },
    <p>
      <a href="/stuck">‹ Stuck</a>
    </p>,
    <h1>{heading}</h1>,
    <p class="lead">
      {settlement.by}, <When at={settlement.begun_at} now={now} />: “{settlement.reason}”
    </p>,
    settlement.more ? <Notice>More matched than one settling takes. Begin another for the rest.</Notice> : null,
    settlement.ended_at === null ? (
      <Notice>It goes on, or was broken off: load the page again. What has no result says how it stands now.</Notice>
    ) : null,
    <ul class="sum">
      <li>
        <b>{count(items.length)}</b> in all
      </li>
      <li>
        <span class="operator">=</span>
        <b>{count(done)}</b> settled
      </li>
      <li>
        <span class="operator">+</span>
        <b>{count(items.length - done)}</b> not
      </li>
    </ul>,
    <Results visit={visit} settlement={settlement} now={now} />,
  );
}

const results: Readonly<Record<string, readonly [word: string, tone: Tone, meaning: string]>> = {
  done: ['Settled', 'good', 'Settled with your reason'],
  already_settled: ['Nothing changed', 'plain', 'Somebody had settled it before'],
  must_choose: ['Nothing changed', 'warn', 'It needs a choice: open it and say which holds'],
  writeback_dead: [
    'Nothing changed',
    'warn',
    'Its writeback was given up and holds the lane: redrive or waive that one',
  ],
  unknown: ['Nothing changed', 'warn', 'There is no such incident'],
};

function Results({ visit, settlement, now }: { visit: OwnVisit; settlement: Settlement; now: number }) {
  const has = visit.desk.routes.some(({ method, path }) => method === 'GET' && path === '/incidents/:incident');
  return (
    <DataTable
      caption="Each incident and its own result"
      hideCaption
      columns={[
        { head: 'Incident' },
        { head: 'Result' },
        { head: 'What that means' },
        { head: 'Kind' },
        { head: 'Settled now' },
        { head: 'Subject' },
        { head: 'Connection' },
      ]}
      rows={settlement.items.map(({ id, result, now: stands }) => {
        const [word, tone, meaning] = results[result ?? ''] ?? ['Not known', 'plain', 'No result was kept'];
        return [
          has && stands ? (
            <a href={`/incidents/${id}`}>
              <code>{id}</code>
            </a>
          ) : (
            <code>{id}</code>
          ),
          <Chip tone={tone}>{word}</Chip>,
          meaning,
          stands ? sentence(stands.kind) : none,
          <When at={stands?.settled_at ?? null} now={now} />,
          stands?.subject_id ? <Subject visit={visit} id={stands.subject_id} /> : none,
          stands?.connection_id ?? none,
        ];
      })}
    />
  );
}
