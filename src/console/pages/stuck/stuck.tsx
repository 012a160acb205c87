// /stuck: everything that waits, since when, why and whose turn it is; narrowed in the address, decided about in one go, taken along as CSV.
import { encodeCursor, type Position } from '../../../core/cursor.ts';
import { durationMs } from '../../../core/duration.ts';
import { limits } from '../../../core/limits.ts';
import { readViews } from '../../../services/reports/keep-views.ts';
import { readAllStuck, readStuck, type Stuck, type StuckPage } from '../../../services/reports/read-stuck.ts';
import { stuckCauses } from '../../../store/reports/stuck-sources.ts';
import { csvFile, csvWords, mayExport } from '../../csv.ts';
import { page } from '../../frame.tsx';
import { Explained } from '../../parts/explained.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Live } from '../../parts/live.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { causeMeanings, causeWords } from '../../stuck-words.ts';
import { Views } from '../../views.tsx';
import { count, plural } from '../../words.ts';
import { Filters } from './filters.tsx';
import { Acts, List, type RefusedAct } from './list.tsx';
import { type StuckView, stuckAt, stuckFields, stuckViewOf } from './view.ts';

export async function stuckPage(visit: OwnVisit): Promise<Response> {
  return showStuck(visit, stuckViewOf(visit.request.req.query()), null);
}

export async function showStuck(visit: OwnVisit, view: StuckView, refused: RefusedAct | null): Promise<Response> {
  const { context } = visit.desk;
  const rowsMax = limits.pageRowsDefault;
  const found = await readStuck(context, { ...view.conditions, after: view.after, rowsMax });
  const views = await readViews(context, visit.who.account, 'stuck');
  const all = sumOf(found, view);
  const acts = isOperator(visit.who) && found.items.length > 0;
  const sums = <Sums found={found} view={view} />;
  const list = <List visit={visit} view={view} items={found.items} ticks={acts} refused={refused} />;
  return page(
    visit,
    { title: 'Stuck', status: refused === null ? 200 : 422, wide: true },
    <h1>Stuck</h1>,
    <p class="lead">
      Everything that waits for a person or a system longer than it should, the oldest first. The same numbers are at{' '}
      <code>/v1/stuck</code>.
    </p>,
    await Filters({ visit, view }),
    <Views visit={visit} page="stuck" views={views} query={new URLSearchParams(stuckFields(view)).toString()} />,
    refused === null ? null : <Notice tone="bad">{refused.fault}</Notice>,
    // Boxes that somebody ticks must stay ticked: who may act loads the page herself.
    acts ? (
      <div>
        {sums}
        <Acts visit={visit} view={view} found={found} refused={refused} />
        {list}
      </div>
    ) : (
      <Live address={stuckAt(view, view.after ? { after: encodeCursor(view.after) } : {})}>
        {sums}
        {list}
      </Live>
    ),
    <Pager view={view} next={found.next} shown={found.items.length} all={all} />,
    mayExport(visit) && all > 0 ? (
      <p class="no-print">
        <a href={stuckAt(view, {}, '/stuck.csv')} class="button second">
          {csvWords(all)}
        </a>
      </p>
    ) : null,
  );
}

/** How many the whole filter finds. */
const sumOf = ({ totals }: StuckPage, { conditions }: StuckView): number =>
  conditions.cause === undefined ? Object.values(totals).reduce((sum, one) => sum + one, 0) : totals[conditions.cause];

/** "14 = 9 late + 3 written and not shown + …", then by whose turn it is: every number is a filter. */
function Sums({ found, view }: { found: StuckPage; view: StuckView }) {
  const { cause, owner } = view.conditions;
  const causes = stuckCauses.filter((one) => found.totals[one] > 0 || one === cause);
  const every = Object.values(found.totals).reduce((sum, one) => sum + one, 0);
  return (
    <div>
      <h2 class="heard">By cause</h2>
      <ul class="sum">
        <li>
          <a href={stuckAt(view, { cause: undefined })} aria-current={cause === undefined ? 'true' : undefined}>
            <Figure of="stuck.all" value={every}>
              <b>{count(every)}</b> in all
            </Figure>
          </a>
        </li>
        {causes.map((one, at) => (
          <li>
            <span class="operator">{at === 0 ? '=' : '+'}</span>
            <Explained id={one} meaning={causeMeanings[one]}>
              <a href={stuckAt(view, { cause: one })} aria-current={one === cause ? 'true' : undefined}>
                <Figure of={`stuck.${one}`} value={found.totals[one]}>
                  <b>{count(found.totals[one])}</b> {causeWords[one].toLowerCase()}
                </Figure>
              </a>
            </Explained>
          </li>
        ))}
      </ul>
      <h2 class="heard">By whose turn it is</h2>
      <ul class="sum">
        <li>
          <a href={stuckAt(view, { owner: undefined })} aria-current={owner === undefined ? 'true' : undefined}>
            Whoever’s turn it is
          </a>
        </li>
        {found.owners.map((one) => (
          <li>
            <a
              href={stuckAt(view, { owner: one.owner })}
              class="chip"
              aria-current={one.owner === owner ? 'true' : undefined}
            >
              {one.owner}{' '}
              <Figure of={`stuck.owner.${one.owner}`} value={one.count}>
                <b>{count(one.count)}</b>
              </Figure>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface PagerProps {
  view: StuckView;
  next: Position | null;
  shown: number;
  all: number;
}

function Pager({ view, next, shown, all }: PagerProps) {
  return (
    <p class="pager">
      <span class="quiet">
        {view.after === null && next === null ? `${plural(all, 'row')}.` : `${count(shown)} of ${count(all)}.`}
      </span>
      {view.after === null ? null : <a href={stuckAt(view)}>‹ To the oldest</a>}
      {next === null ? null : (
        <a href={stuckAt(view, { after: encodeCursor(next) })} rel="next">
          Next ›
        </a>
      )}
    </p>
  );
}

const head = [
  'cause',
  'code',
  'what',
  'owner',
  'since',
  'age_hours',
  'subject',
  'machine',
  'state',
  'region',
  'business_unit',
  'connection',
  'sla_hours',
  'sla_due_at',
  'waiting_behind',
  'writeback',
  'incident',
  'event',
];

/** GET /stuck.csv */
export function stuckFile(visit: OwnVisit): Promise<Response> {
  const view = stuckViewOf(visit.request.req.query());
  return csvFile(visit, {
    name: 'stuck',
    head,
    filter: stuckFields(view),
    async read(rowsMax) {
      const { items, more } = await readAllStuck(visit.desk.context, view.conditions, rowsMax);
      return { rows: items.map(cells), more };
    },
  });
}

const cells = (one: Stuck) => [
  one.cause,
  one.code,
  one.detail,
  one.owner,
  one.since,
  hours(one.ageMs),
  one.subject,
  one.machine,
  one.state,
  one.region,
  one.businessUnit,
  one.connection,
  one.sla === null ? null : hours(durationMs(one.sla.duration) ?? 0),
  one.sla?.dueAt ?? null,
  one.behind,
  one.writeback,
  one.incident,
  one.event,
];

const hours = (ms: number): number => Math.round(ms / 360_000) / 10;
