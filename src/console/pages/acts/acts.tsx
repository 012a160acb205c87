// /acts: what people decided about many things at once, the newest first, and how far each decision is.
import type { Child } from 'hono/jsx';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { type ActOfMany, readBulkActs } from '../../../services/settling/read-bulk-acts.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Live } from '../../parts/live.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { actorWords } from '../../timeline/actors.ts';
import { count } from '../../words.ts';
import { titleOf } from './words.ts';

export async function actsPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const cursor = request.req.query('after') ?? '';
  const { items, next } = await readBulkActs(desk.context, cursor);
  const names = await nameActors(
    desk.context,
    items.map((one) => one.by),
  );
  const address = cursor === '' ? '/acts' : `/acts?after=${encodeURIComponent(cursor)}`;
  return page(
    visit,
    { title: 'Acts', wide: true },
    <h1>Acts</h1>,
    <p class="lead">
      Decisions about many things at once. Each is carried out in the background, goes on after a restart, and keeps
      what became of every single one.
    </p>,
    <Live address={address}>
      <DataTable
        caption="Acts, the newest first"
        hideCaption
        columns={columns}
        rows={items.map((act) => cells(act, names, desk.context.now()))}
        empty={
          cursor === ''
            ? 'Nobody has decided about many things at once yet. Tick rows on Stuck, Writebacks or Agreement and say what is to be done with them.'
            : 'No older ones.'
        }
      />
      {next === null ? null : (
        <p class="pager">
          <a href={`/acts?after=${encodeURIComponent(next)}`} rel="next">
            Older ones ›
          </a>
        </p>
      )}
    </Live>,
  );
}

const columns = [
  { head: 'Act' },
  {
    head: 'State',
    meaning: 'Decided: each one was decided about. Whether systems show it by now is on the page of the act',
  },
  { head: 'Decided', numeric: true, meaning: 'How many of them were decided about so far' },
  {
    head: 'Nothing changed',
    numeric: true,
    meaning: 'Those of which nothing could be changed, each with why on the page of the act',
  },
  { head: 'By' },
  { head: 'Begun' },
  { head: 'Reason' },
];

const cells = (act: ActOfMany, names: ReadonlyMap<string, string>, now: number): Child[] => [
  <a href={`/acts/${act.id}`}>{titleOf(act)}</a>,
  <Chip tone={act.endedAt === null ? 'plain' : 'good'}>{act.endedAt === null ? 'Goes on' : 'Decided'}</Chip>,
  `${count(act.items - act.waiting)} of ${count(act.items)}`,
  count(act.notDone),
  actorWords(act.by, names),
  <When at={act.begunAt} now={now} />,
  <div class="cell">“{act.reason}”</div>,
];
