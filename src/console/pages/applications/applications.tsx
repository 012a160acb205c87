// /applications: every subject, whoever moved last first; found by an id or a person, narrowed in the address, taken along as CSV.
import { encodeCursor, type Position } from '../../../core/cursor.ts';
import { durationMs } from '../../../core/duration.ts';
import { limits } from '../../../core/limits.ts';
import { readViews } from '../../../services/reports/keep-views.ts';
import { readAllApplications, readApplications } from '../../../services/reports/read-applications.ts';
import type { SubjectView } from '../../../services/reports/read-subject.ts';
import { csvFile, csvWords, mayExport } from '../../csv.ts';
import { page } from '../../frame.tsx';
import { Figure } from '../../parts/figure.tsx';
import type { OwnVisit } from '../../route.ts';
import { Views } from '../../views.tsx';
import { count } from '../../words.ts';
import { Filters, List } from './list.tsx';
import { readerOf, Search } from './search.tsx';
import { type ApplicationsView, applicationsAt, applicationsFields, applicationsViewOf } from './view.ts';

export async function applicationsPage(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const view = applicationsViewOf(request.req.query());
  const found = await readApplications(
    desk.context,
    { ...view.conditions, after: view.after, rowsMax: limits.pageRowsDefault },
    readerOf(visit),
  );
  const views = await readViews(desk.context, who.account, 'applications');
  const query = new URLSearchParams(applicationsFields(view)).toString();
  return page(
    visit,
    { title: 'Applications', wide: true },
    <h1>Applications</h1>,
    <p class="lead">
      Every subject that moves through a machine, whoever moved last first. Open one to see all of it.
    </p>,
    <Search visit={visit} />,
    await Filters({ visit, view }),
    <Views visit={visit} page="applications" views={views} query={query} />,
    found.count === null ? null : (
      <p>
        <Figure of="applications.count" value={found.count}>
          {count(found.count)}
        </Figure>{' '}
        {found.count === 1 ? 'matches' : 'match'}.
      </p>
    ),
    <List visit={visit} items={found.items} view={view} />,
    <Pager view={view} next={found.next} />,
    mayExport(visit) && found.items.length > 0 ? (
      <p class="no-print">
        <a href={applicationsAt(view, {}, '/applications.csv')} class="button second">
          {csvWords(found.count)}
        </a>
      </p>
    ) : null,
  );
}

/** GET /applications.csv */
export function applicationsFile(visit: OwnVisit): Promise<Response> {
  const view = applicationsViewOf(visit.request.req.query());
  return csvFile(visit, {
    name: 'applications',
    head,
    filter: applicationsFields(view),
    async read(rowsMax) {
      const { items, more } = await readAllApplications(visit.desk.context, view.conditions, rowsMax);
      return { rows: items.map(cells), more };
    },
  });
}

function Pager({ view, next }: { view: ApplicationsView; next: Position | null }) {
  return (
    <p class="pager">
      {view.after === null ? null : <a href={applicationsAt(view)}>‹ To the first</a>}
      {next === null ? null : (
        <a href={applicationsAt(view, { after: encodeCursor(next) })} rel="next">
          Next ›
        </a>
      )}
    </p>
  );
}

const head = [
  'subject',
  'machine',
  'machine_version',
  'state',
  'owner',
  'since',
  'sla_hours',
  'sla_due_at',
  'opened',
  'ended',
  'region',
  'business_unit',
  'requisition_type',
  'parent',
  'refs',
];

const cells = (one: SubjectView) => [
  one.id,
  one.machine,
  one.machineVersion,
  one.state,
  one.owner,
  one.since,
  one.sla === null ? null : (durationMs(one.sla) ?? 0) / 3_600_000,
  one.slaDueAt,
  one.openedAt,
  one.ended,
  one.region,
  one.businessUnit,
  one.requisitionType,
  one.parent,
  one.refs.map(({ system, ref }) => `${system} ${ref}`).join('; '),
];
