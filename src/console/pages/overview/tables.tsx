// The lists of the overview: what waits for somebody, the sum of dispositions, figures by connection and by transition.
import { dispositions } from '../../../core/deciding/intake.ts';
import type { PeriodFigures, PeriodReport } from '../../../services/reports/read-kpis.ts';
import type { Overview } from '../../../services/reports/read-overview.ts';
import type { Stuck } from '../../../services/reports/read-stuck.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import { type OwnVisit, readers } from '../../route.ts';
import { count, none, percent, sentence, span } from '../../words.ts';

const causeWords: Readonly<Record<string, string>> = {
  late_against_sla: 'Late against what is due',
  write_unconfirmed: 'Written, and not shown',
  systems_disagree: 'Systems disagree',
  event_missing: 'An event is missing',
  incident_open: 'A person decides',
};

const wordsOf = (cause: string): string => causeWords[cause] ?? sentence(cause);

/** Leads to where it can be acted on: the matter to be settled, else the subject with all its lanes, else what waits for a subject. */
function What({ one }: { one: Stuck }) {
  const href =
    one.incident !== null
      ? `/incidents/${one.incident}`
      : one.subject !== null
        ? `/subjects/${one.subject}`
        : one.event !== null
          ? `/events?tab=parked#${one.event}`
          : null;
  return href === null ? <span>{one.detail}</span> : <a href={href}>{one.detail}</a>;
}

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
              <span class="chip bad">
                <Figure of={`overview.stuck.${cause}`} value={total}>
                  {count(total)}
                </Figure>
              </span>{' '}
              {mayList ? <a href={`/stuck?cause=${cause}`}>{wordsOf(cause)}</a> : wordsOf(cause)}
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
            <span class="why-cell">
              <What one={one} />
            </span>,
            one.owner,
            <When at={one.since} now={now} />,
            one.subject === null ? none : <Subject visit={visit} id={one.subject} />,
            one.connection ?? none,
          ])}
        />
      ) : null}
      {mayList ? (
        <p>
          <a href="/stuck">All that is stuck</a>, <a href="/incidents">incidents</a>, <a href="/writebacks">writes</a>,{' '}
          <a href="/events">events that were not taken</a>.
        </p>
      ) : null}
    </div>
  );
}

/** "1,960 = 1,447 applied + 189 duplicate + …": the sum is on the page, so that everybody can check it. */
export function Dispositions({ report }: { report: PeriodReport }) {
  const { received } = report.dispositions;
  return (
    <ul class="sum">
      <li>
        <Figure of="overview.received" value={received}>
          <b>{count(received)}</b> events
        </Figure>
      </li>
      {dispositions.map((one, at) => (
        <li title={report.definitions[one]}>
          <span class="operator">{at === 0 ? '=' : '+'}</span>
          <Figure of={`overview.${one}`} value={report.dispositions[one]}>
            <b>{count(report.dispositions[one])}</b> {one}
          </Figure>
        </li>
      ))}
    </ul>
  );
}

export function ByConnection({ report }: { report: PeriodReport }) {
  return (
    <DataTable
      caption="Writes by connection"
      hideCaption
      columns={[{ head: 'Connection' }, ...figureColumns(report)]}
      rows={report.rows.map((row) => [row.connection ?? none, ...figureCells(row, row.connection ?? '')])}
      empty="Nothing was written in this period."
    />
  );
}

export function ByTransition({ report }: { report: PeriodReport }) {
  return (
    <DataTable
      caption="Writes by transition"
      hideCaption
      columns={[{ head: 'Transition' }, { head: 'Machine' }, ...figureColumns(report)]}
      rows={report.rows.map((row) => [
        <code>{row.eventType ?? none}</code>,
        row.machine ?? none,
        ...figureCells(row, `${row.machine} ${row.eventType}`),
      ])}
      empty="Nothing was written in this period."
    />
  );
}

const figureColumns = ({ definitions }: PeriodReport) => [
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

const figureCells = (figures: PeriodFigures, of: string) => [
  <Figure of={`overview.writebacks.${of}`} value={figures.writebacks}>
    {count(figures.writebacks)}
  </Figure>,
  <Figure of={`overview.confirmed.${of}`} value={figures.confirmed}>
    {count(figures.confirmed)}
  </Figure>,
  percent(figures.confirmedRate),
  percent(figures.firstTryRate),
  <Figure of={`overview.open.${of}`} value={figures.open}>
    {figures.open === 0 ? <span class="quiet">0</span> : count(figures.open)}
  </Figure>,
  <Figure of={`overview.dead.${of}`} value={figures.dead}>
    {figures.dead === 0 ? <span class="quiet">0</span> : <span class="chip bad">{count(figures.dead)}</span>}
  </Figure>,
  span(figures.latencyFromAcceptedMs.p50),
  span(figures.latencyFromAcceptedMs.p95),
  span(figures.latencyFromAcceptedMs.p99),
];
