// /audit: who did what to what, narrowed in the address, taken along as CSV; and whether the log of transitions is what it was.
import { isId } from '../../../core/ids.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { readAudit, readAuditWhole } from '../../../services/write-audit.ts';
import { findAccountNames } from '../../../store/access/accounts.ts';
import type { AuditRow } from '../../../store/access/audit.ts';
import { csvFile, csvWords, mayExport } from '../../csv.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { none } from '../../words.ts';
import { Filters } from './filters.tsx';
import { LogState } from './log-state.tsx';
import { auditAt, auditViewOf, conditionsOf, fieldsOf } from './view.ts';

export async function auditPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const view = auditViewOf(request.req.query());
  const db = desk.context.database.reports;
  const now = desk.context.now();
  const [found, state] = await Promise.all([
    readAudit(db, { ...conditionsOf(view, now), ...(view.after ? { after: view.after } : {}) }),
    desk.logCheck.state(),
  ]);
  const names = await findAccountNames(
    db,
    found.items.flatMap((row) => [row.actor_id, row.object_id]).filter((id) => isId('acc', id)),
  );
  return page(
    visit,
    { title: 'Audit', wide: true },
    <h1>Audit</h1>,
    <p class="lead">
      Who did what to what, the newest first. The log is written in the transaction of what it tells of; nothing in it
      is ever changed or removed.
    </p>,
    <h2 id="log">The log of transitions</h2>,
    <LogState visit={visit} state={state} said={request.req.query('said')} />,
    <h2 id="entries">Entries</h2>,
    await Filters({ visit, view }),
    <Entries visit={visit} rows={found.items} names={names} now={now} />,
    <p class="pager">
      {view.after === undefined ? null : <a href={auditAt(view)}>‹ To the newest</a>}
      {found.next === null ? null : (
        <a href={auditAt(view, { after: found.next })} rel="next">
          Older ›
        </a>
      )}
    </p>,
    mayExport(visit) && found.items.length > 0 ? (
      <p class="no-print">
        <a href={auditAt(view, {}, '/audit.csv')} class="button second">
          {csvWords(null)}
        </a>
      </p>
    ) : null,
  );
}

/** POST /audit/verify: goes on after the answer; its end is an entry. */
export function verifyNow({ desk, request, who }: OwnVisit): Response {
  const started = desk.logCheck.start({ actor: actorOf(who), requestId: request.get('requestId') });
  return request.redirect(`/audit?said=${started ? 'started' : 'running'}#log`, 303);
}

/** GET /audit.csv */
export function auditFile(visit: OwnVisit): Promise<Response> {
  const view = auditViewOf(visit.request.req.query());
  const { context } = visit.desk;
  return csvFile(visit, {
    name: 'audit',
    head: ['at', 'actor_kind', 'actor', 'action', 'object_kind', 'object', 'detail', 'request'],
    filter: fieldsOf(view),
    async read(rowsMax) {
      const conditions = conditionsOf(view, context.now());
      const { items, more } = await readAuditWhole(context.database.reports, conditions, rowsMax);
      return { rows: items.map(cells), more };
    },
  });
}

const cells = (row: AuditRow) => [
  row.at,
  row.actor_kind,
  row.actor_id,
  row.action,
  row.object_kind,
  row.object_id,
  JSON.stringify(row.detail),
  row.request_id,
];

interface EntriesProps {
  visit: OwnVisit;
  rows: readonly AuditRow[];
  names: ReadonlyMap<string, string>;
  now: number;
}

function Entries({ visit, rows, names, now }: EntriesProps) {
  return (
    <DataTable
      caption="Entries of the audit log"
      hideCaption
      columns={[{ head: 'When' }, { head: 'Who' }, { head: 'Did what' }, { head: 'To what' }, { head: 'Detail' }]}
      rows={rows.map((row) => [
        <When at={row.at} now={now} />,
        <Actor row={row} name={names.get(row.actor_id)} />,
        <a href={auditAt({}, { action: row.action })}>
          <code>{row.action}</code>
        </a>,
        <span>
          {row.object_kind} <ObjectOf visit={visit} row={row} name={names.get(row.object_id)} />
        </span>,
        <Detail row={row} />,
      ])}
      empty="Nothing is on record for this choice. Take a filter away, or choose a longer period."
    />
  );
}

function Actor({ row, name }: { row: AuditRow; name: string | undefined }) {
  return (
    <span>
      <a href={auditAt({}, { actor: row.actor_id })}>{name ?? row.actor_id}</a>{' '}
      <span class="quiet">{row.actor_kind}</span>
    </span>
  );
}

function ObjectOf({ visit, row, name }: { visit: OwnVisit; row: AuditRow; name: string | undefined }) {
  if (row.object_kind === 'subject' && row.object_id.startsWith('sub_'))
    return <Subject visit={visit} id={row.object_id} />;
  return <a href={auditAt({}, { kind: row.object_kind, object: row.object_id })}>{name ?? row.object_id}</a>;
}

function Detail({ row: { detail, request_id: request } }: { row: AuditRow }) {
  const text = Object.keys(detail).length === 0 ? '' : JSON.stringify(detail);
  if (text === '') return <span class="quiet">{request === null ? none : ''}</span>;
  return text.length <= 120 ? (
    <span class="wrap">{text}</span>
  ) : (
    <details>
      <summary>{`${text.slice(0, 80)}…`}</summary>
      <span class="wrap">{text}</span>
    </details>
  );
}
