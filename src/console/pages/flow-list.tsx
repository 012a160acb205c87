// The list behind one number of the state diagram: the same conditions, row by row.
import type { Child } from 'hono/jsx';
import { isWithin } from '../../core/machine/machine.ts';
import { type FlowListKind, flowLists, readFlowList } from '../../services/reports/read-flow-list.ts';
import type { FlowRow } from '../../store/reports/flow-lists.ts';
import { titleOf } from '../diagram/words.ts';
import { type FlowView, viewHref, viewOf } from '../flow/view.ts';
import { page } from '../frame.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Subject } from '../parts/subject.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { count, none, plural, sentence, span } from '../words.ts';
import { notFoundPage } from './problem.tsx';

export async function flowListPage(visit: OwnVisit): Promise<Response> {
  const { machine, version } = visit.request.req.param() as { machine: string; version: string };
  const view = viewOf(visit, machine, version);
  const kind = flowLists.find((one) => one === visit.request.req.query('of'));
  const state = visit.request.req.query('state') ?? '';
  const claim = visit.request.req.query('claim')?.slice(0, 200) ?? null;
  if (!view || !kind || ![...view.machine.leaves.keys()].some((leaf) => isWithin(leaf, state)))
    return notFoundPage(visit);
  const { rows, total } = await readFlowList(visit.desk.context, view.machine, view.filter, kind, state, claim);
  const heading = `${kinds[kind].title(titleOf(state))}${claim === null ? '' : ` (${claim})`}`;
  return page(
    visit,
    { title: heading },
    <p>
      <a href={viewHref(view)}>‹ {titleOf(view.machine.name)}</a>
    </p>,
    <h1>{heading}</h1>,
    <p class="lead">
      {rows.length < total
        ? `The first ${count(rows.length)} of ${count(total)} are shown.`
        : `${plural(total, kinds[kind].one)}.`}{' '}
      {conditions(view, kind)}
    </p>,
    <DataTable
      caption={heading}
      hideCaption
      columns={kinds[kind].columns}
      rows={rows.map((row) => kinds[kind].cells(row, { visit, now: visit.desk.context.now() }))}
      empty="Nobody and nothing: the number was 0, or it has become 0 since."
    />,
  );
}

interface Around {
  visit: OwnVisit;
  now: number;
}

interface Kind {
  title(state: string): string;
  one: string;
  columns: readonly Column[];
  cells(row: FlowRow, around: Around): Child[];
}

const subjectColumns: readonly Column[] = [{ head: 'Subject' }, { head: 'Region' }, { head: 'Business unit' }];
const subjectCells = (row: FlowRow, { visit }: Around): Child[] => [
  <Subject visit={visit} id={row.subject_id} />,
  row.region ?? none,
  row.business_unit ?? none,
];

const standing: Kind = {
  title: (state) => `In ${state} now`,
  one: 'subject',
  columns: [...subjectColumns, { head: 'Since' }, { head: 'Due' }],
  cells: (row, around) => [
    ...subjectCells(row, around),
    <When at={row.at} now={around.now} />,
    <When at={row.due_at} now={around.now} />,
  ],
};

const kinds: Readonly<Record<FlowListKind, Kind>> = {
  here: standing,
  late: { ...standing, title: (state) => `Late in ${state}` },
  stuck: {
    title: (state) => `Stuck in ${state}`,
    one: 'subject',
    columns: [...subjectColumns, { head: 'Why' }, { head: 'Since' }, { head: 'Due' }],
    cells: (row, around) => [
      ...subjectCells(row, around),
      (row.what ?? '').split(', ').map(sentence).join(', '),
      <When at={row.at} now={around.now} />,
      <When at={row.due_at} now={around.now} />,
    ],
  },
  time: {
    title: (state) => `Stays in ${state}, the longest first`,
    one: 'stay',
    columns: [...subjectColumns, { head: 'Stayed', numeric: true }, { head: 'Left by' }, { head: 'Left' }],
    cells: (row, around) => [
      ...subjectCells(row, around),
      span(row.ms),
      <code>{row.what}</code>,
      <When at={row.at} now={around.now} />,
    ],
  },
  refused: {
    title: (state) => `Refused from ${state}`,
    one: 'refusal',
    columns: [...subjectColumns, { head: 'Wanted' }, { head: 'Who tried' }, { head: 'Why not' }, { head: 'When' }],
    cells: (row, around) => [
      ...subjectCells(row, around),
      <code>{row.what}</code>,
      row.source ?? none,
      sentence(row.why ?? none),
      <When at={row.at} now={around.now} />,
    ],
  },
  unconfirmed: {
    title: (state) => `Not shown yet, out of ${state}`,
    one: 'write',
    columns: [...subjectColumns, { head: 'Transition' }, { head: 'Connection' }, { head: 'State' }, { head: 'Since' }],
    cells: (row, around) => [
      ...subjectCells(row, around),
      <code>{row.what}</code>,
      row.connection_id ?? none,
      sentence(row.why ?? none),
      <When at={row.at} now={around.now} />,
    ],
  },
};

/** What narrows the list, in words. */
function conditions(view: FlowView, kind: FlowListKind): string {
  const parts = [
    ...(kind === 'time' || kind === 'refused'
      ? [`since ${view.filter.window.from.slice(0, 16).replace('T', ' ')} UTC`]
      : []),
    ...(view.region === undefined ? [] : [`region ${view.region}`]),
    ...(view.connection === undefined ? [] : [`connection ${view.connection}`]),
    ...(view.source === undefined ? [] : [`from ${view.source}`]),
  ];
  return parts.length === 0 ? '' : `Only ${parts.join(', ')}.`;
}
