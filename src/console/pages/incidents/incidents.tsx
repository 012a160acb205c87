// /incidents: what a person must settle, by kind, owner, age and connection, and who takes care of it.
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts';
import { incidentWords, isIncidentKind } from '../../../core/incident-kinds.ts';
import { readIncidents } from '../../../services/reports/read-incidents.ts';
import type { IncidentReport } from '../../../store/reports/incidents.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Choice } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { saidOn } from '../../said.ts';
import { count, none, plural, sentence } from '../../words.ts';
import { type IncidentsView, incidentsHref, incidentsView, queryOf } from './view.ts';
import { aboutOf } from './words.ts';

const rowsMax = 50;

export async function incidentsPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const view = incidentsView(visit);
  const now = desk.context.now();
  const after = decodeCursor(request.req.query('after') ?? '');
  const { items, next, open } = await readIncidents(desk.context, { ...queryOf(view, visit, now), after, rowsMax });
  const said = saidOn(visit);
  return page(
    visit,
    { title: 'Incidents' },
    <h1>Incidents</h1>,
    <p class="lead">
      {open.all === 0
        ? 'Nothing waits for a decision.'
        : `${plural(open.all, 'matter waits', 'matters wait')} for a person.`}{' '}
      Each says what is the case, whose turn it is, and what ends it.
    </p>,
    said ? <Notice tone={said.tone}>{said.text}</Notice> : null,
    <Kinds view={view} kinds={open.kinds} all={open.all} />,
    <Filters visit={visit} view={view} owners={open.owners} connections={await connectionsOf(visit)} />,
    <DataTable
      caption={view.status === 'open' ? 'Open incidents, the oldest first' : 'Settled incidents, the newest first'}
      columns={[
        { head: 'What' },
        { head: 'Whose turn' },
        { head: 'Taken by' },
        { head: view.status === 'open' ? 'Since' : 'Opened' },
        { head: 'Subject' },
        { head: 'Connection' },
        ...(view.status === 'open' ? [] : [{ head: 'How it ended' }]),
      ]}
      rows={items.map((one) => [
        <What one={one} />,
        one.owner,
        one.assigned_name ?? <span class="quiet">nobody</span>,
        <When at={one.opened_at} now={now} />,
        one.subject_id === null ? none : <Subject visit={visit} id={one.subject_id} />,
        one.connection_id ?? none,
        ...(view.status === 'open'
          ? []
          : [
              <span class="why-cell">
                <When at={one.settled_at} now={now} />: {one.resolution}
              </span>,
            ]),
      ])}
      empty={
        after || Object.keys(view.narrowed).length > 0
          ? 'Nothing matches. Take a filter away.'
          : view.status === 'open'
            ? 'Nothing waits for a decision. New incidents appear here by themselves.'
            : 'Nothing was ever settled.'
      }
    />,
    next === null ? null : (
      <p class="pager">
        <a href={incidentsHref(view, { after: encodeCursor(next) })}>More ›</a>
      </p>
    ),
  );
}

function What({ one }: { one: IncidentReport }) {
  const title = isIncidentKind(one.kind) ? incidentWords[one.kind].title : sentence(one.kind);
  return (
    <div class="why-cell">
      <a href={`/incidents/${one.id}`}>{title}</a> {one.times > 1 ? <Chip>{`${count(one.times)} times`}</Chip> : null}
      <p class="more">{aboutOf(one)}</p>
    </div>
  );
}

/** How many there are of each kind: what to do first is seen at once. */
function Kinds({ view, kinds, all }: { view: IncidentsView; kinds: ReadonlyMap<string, number>; all: number }) {
  if (view.status !== 'open' || all === 0) return null;
  return (
    <ul class="sum">
      <li>
        <a
          href={incidentsHref(view, { kind: undefined })}
          aria-current={view.narrowed.kind === undefined ? 'true' : undefined}
        >
          <Figure of="incidents.open" value={all}>
            <b>{count(all)}</b> open
          </Figure>
        </a>
      </li>
      {[...kinds].map(([kind, number], at) => (
        <li>
          <span class="operator">{at === 0 ? '=' : '+'}</span>
          <a href={incidentsHref(view, { kind })} aria-current={view.narrowed.kind === kind ? 'true' : undefined}>
            <Figure of={`incidents.${kind}`} value={number}>
              <b>{count(number)}</b> {(isIncidentKind(kind) ? incidentWords[kind].title : sentence(kind)).toLowerCase()}
            </Figure>
          </a>
        </li>
      ))}
    </ul>
  );
}

interface FilterProps {
  visit: OwnVisit;
  view: IncidentsView;
  owners: ReadonlyMap<string, number>;
  connections: readonly string[];
}

function Filters({ view, owners, connections }: FilterProps) {
  const { narrowed } = view;
  return (
    <form method="get" action="/incidents" class="bar" data-at-once>
      <Choice
        name="status"
        label="Status"
        value={view.status}
        options={[
          ['open', 'Open'],
          ['settled', 'Settled'],
        ]}
      />
      <Choice
        name="kind"
        label="Kind"
        value={narrowed.kind ?? ''}
        options={[
          ['', 'All kinds'],
          ...Object.entries(incidentWords).map(([kind, { title }]) => [kind, title] as const),
        ]}
      />
      <Choice
        name="owner"
        label="Whose turn"
        value={narrowed.owner ?? ''}
        options={[['', 'Anybody’s'], ...optionsWith(narrowed.owner, [...owners.keys()])]}
      />
      <Choice
        name="assigned"
        label="Taken by"
        value={narrowed.assigned ?? ''}
        options={[
          ['', 'Anybody or nobody'],
          ['nobody', 'Nobody yet'],
          ['me', 'Me'],
        ]}
      />
      <Choice
        name="connection"
        label="Connection"
        value={narrowed.connection ?? ''}
        options={[['', 'All'], ...optionsWith(narrowed.connection, connections)]}
      />
      <Choice
        name="age"
        label="Open for"
        value={narrowed.age ?? ''}
        options={[
          ['', 'However long'],
          ['1h', 'More than an hour'],
          ['1d', 'More than a day'],
          ['7d', 'More than a week'],
        ]}
      />
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

/** What was chosen stays a choice when there is nothing of it any more. */
const optionsWith = (chosen: string | undefined, all: readonly string[]): (readonly [string, string])[] =>
  [...new Set([...(chosen === undefined ? [] : [chosen]), ...all])].map((one) => [one, one] as const);

async function connectionsOf({ desk }: OwnVisit): Promise<string[]> {
  return (await desk.context.connections.load(desk.context.database.reports)).map((one) => one.id).sort();
}
