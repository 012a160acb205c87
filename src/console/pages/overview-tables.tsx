// The lists of the overview: what waits for somebody, the sum of dispositions, figures by connection and by transition.
import { dispositions } from '../../core/intake.ts';
import type { Figures, KpiReport } from '../../services/read-kpis.ts';
import type { Overview } from '../../services/read-overview.ts';
import { DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Subject } from '../parts/subject.tsx';
import { When } from '../parts/when.tsx';
import { type OwnVisit, readers } from '../route.ts';
import { count, none, percent, sentence, span } from '../words.ts';

const causeWords: Readonly<Record<string, string>> = {
  late_against_sla: 'Late against what is due',
  write_unconfirmed: 'Written, and not shown',
  systems_disagree: 'Systems disagree',
  event_missing: 'An event is missing',
  incident_open: 'A person decides',
};

/** Sums for everybody; single subjects for those who may see them. */
export function NeedsPerson({ overview, visit, now }: { overview: Overview; visit: OwnVisit; now: number }) {
  const { items, totals, all } = overview.stuck;
  if (all === 0) return <EmptyState>Nobody is stuck, and nothing waits for a decision.</EmptyState>;
  const mayList = visit.who.roles.some((role) => readers.includes(role));
  return (
    <div>
      <ul class="sum">
        {Object.entries(totals)
          .filter(([, total]) => total > 0)
          .map(([cause, total]) => (
            <li>
              <span class="chip bad">{count(total)}</span> {causeWords[cause] ?? sentence(cause)}
            </li>
          ))}
      </ul>
      {mayList ? (
        <DataTable
          caption={
            items.length < all
              ? `The ${count(items.length)} that wait longest, of ${count(all)}`
              : 'All of them, the longest first'
          }
          columns={[
            { head: 'What' },
            { head: 'Whose turn' },
            { head: 'Since' },
            { head: 'Subject' },
            { head: 'Connection' },
          ]}
          rows={items.map((one) => [
            one.detail,
            one.owner,
            <When at={one.since} now={now} />,
            one.subject === null ? none : <Subject visit={visit} id={one.subject} />,
            one.connection ?? none,
          ])}
        />
      ) : null}
    </div>
  );
}

/** "1,960 = 1,447 applied + 189 duplicate + …": the sum is on the page, so that everybody can check it. */
export function Dispositions({ report }: { report: KpiReport }) {
  const { received } = report.dispositions;
  return (
    <ul class="sum">
      <li>
        <b>{count(received)}</b> events
      </li>
      {dispositions.map((one, at) => (
        <li title={report.definitions[one]}>
          <span class="operator">{at === 0 ? '=' : '+'}</span>
          <b>{count(report.dispositions[one])}</b> {one}
        </li>
      ))}
    </ul>
  );
}

export function ByConnection({ report }: { report: KpiReport }) {
  return (
    <DataTable
      caption="Writes by connection"
      hideCaption
      columns={[{ head: 'Connection' }, ...figureColumns(report)]}
      rows={report.rows.map((row) => [row.connection ?? none, ...figureCells(row)])}
      empty="Nothing was written in this period."
    />
  );
}

export function ByTransition({ report }: { report: KpiReport }) {
  return (
    <DataTable
      caption="Writes by transition"
      hideCaption
      columns={[{ head: 'Transition' }, { head: 'Machine' }, ...figureColumns(report)]}
      rows={report.rows.map((row) => [<code>{row.eventType ?? none}</code>, row.machine ?? none, ...figureCells(row)])}
      empty="Nothing was written in this period."
    />
  );
}

const figureColumns = ({ definitions }: KpiReport) => [
  { head: 'Writes', numeric: true, meaning: definitions.writebacks },
  { head: 'Confirmed', numeric: true, meaning: definitions.confirmed },
  { head: 'Rate', numeric: true, meaning: definitions.confirmedRate },
  { head: 'First try', numeric: true, meaning: definitions.firstTryRate },
  { head: 'Open', numeric: true, meaning: definitions.open },
  { head: 'Given up', numeric: true, meaning: definitions.dead },
  { head: 'p50', numeric: true, meaning: definitions.latencyFromAcceptedMs },
  { head: 'p95', numeric: true, meaning: definitions.latencyFromAcceptedMs },
  { head: 'p99', numeric: true, meaning: definitions.latencyFromAcceptedMs },
];

const figureCells = (figures: Figures) => [
  count(figures.writebacks),
  count(figures.confirmed),
  percent(figures.confirmedRate),
  percent(figures.firstTryRate),
  figures.open === 0 ? <span class="quiet">0</span> : count(figures.open),
  figures.dead === 0 ? <span class="quiet">0</span> : <span class="chip bad">{count(figures.dead)}</span>,
  span(figures.latencyFromAcceptedMs.p50),
  span(figures.latencyFromAcceptedMs.p95),
  span(figures.latencyFromAcceptedMs.p99),
];
