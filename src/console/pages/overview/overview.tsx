// /overview: how writing back goes, what arrives, and what needs a person now.
import { measures } from '../../../core/figures/kpi.ts';
import { readAlerts } from '../../../services/alerts/read-alerts.ts';
import type { PeriodFigures, PeriodReport } from '../../../services/reports/read-kpis.ts';
import { type Overview, readOverview, readVolume } from '../../../services/reports/read-overview.ts';
import { volumeChart } from '../../charts/volume.ts';
import { type Period, periods } from '../../flow/view.ts';
import { page } from '../../frame.tsx';
import { FiringAlerts } from '../../parts/firing-alerts.tsx';
import { Choice } from '../../parts/form.tsx';
import { Live } from '../../parts/live.tsx';
import { Tile, Tiles } from '../../parts/tile.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { pictureSecurityPolicy } from '../../security-headers.ts';
import { count, none, percent, span } from '../../words.ts';
import { periodWords } from '../home.tsx';
import { ByConnection, ByTransition, Dispositions, NeedsPerson } from './tables.tsx';

export async function overviewPage(visit: OwnVisit): Promise<Response> {
  const { desk } = visit;
  const period = periodOf(visit);
  const overview = await desk.remembered(`overview ${period}`, () => readOverview(desk.context, periods[period]));
  const firing = await desk.remembered('firing', () =>
    readAlerts(desk.context, { status: 'firing', after: null, rowsMax: firingMax }),
  );
  const now = desk.context.now();
  return page(
    visit,
    { title: 'Overview' },
    <h1>Overview</h1>,
    <p class="lead">Every figure comes from the ledger's own rows and is the same in the API.</p>,
    <form method="get" action="/overview" class="bar" data-at-once>
      <Choice name="period" label="Period" value={period} options={Object.entries(periodWords)} />
      <button type="submit" class="second">
        Show
      </button>
    </form>,
    <Live address={`/overview?period=${period}`} seconds={30}>
      <p class="quiet">
        Figures of <When at={overview.at} now={now} />.
      </p>
      <FiringAlerts alerts={firing} />
      <FigureTiles overview={overview} />
      <h2>What needs a person now</h2>
      <NeedsPerson overview={overview} visit={visit} now={now} />
      <h2>What arrived, and what became of it</h2>
      <Dispositions report={overview.byDay} />
      <section class="chart-box" aria-label="Events over the period" tabindex={0}>
        <img
          class="chart"
          src={`/overview/volume.svg?period=${period}`}
          width="1120"
          height="300"
          alt="Events over the period, stacked by what became of them; the sums stand above."
        />
      </section>
      <h2>By connection</h2>
      <ByConnection report={overview.byConnection} />
      <h2>By transition</h2>
      <ByTransition report={overview.byTransition} />
    </Live>,
  );
}

const firingMax = 20;

export async function volumeFile(visit: OwnVisit): Promise<Response> {
  const period = periodOf(visit);
  const svg = await visit.desk.remembered(`volume ${period}`, async () => {
    const { rows, buckets } = await readVolume(visit.desk.context, periods[period]);
    return volumeChart(rows, buckets);
  });
  return visit.request.body(svg, 200, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-security-policy': pictureSecurityPolicy,
  });
}

const periodOf = ({ request }: OwnVisit): Period =>
  (Object.keys(periods) as Period[]).find((one) => one === request.req.query('period')) ?? '7d';

function FigureTiles({ overview }: { overview: Overview }) {
  const { byDay, before } = overview;
  const { totals, definitions } = byDay;
  const course = (of: (figures: PeriodFigures) => number | null) => byDay.rows.map((row) => of(row));
  return (
    <Tiles>
      <Tile
        id="confirmed"
        label="Confirmed"
        value={percent(totals.confirmedRate)}
        of="overview.confirmedRate"
        raw={totals.confirmedRate}
        meaning={definitions.confirmedRate}
        note={was(percent(before.totals.confirmedRate))}
        tone={toneOf(totals.confirmedRate)}
        course={course((one) => one.confirmedRate)}
      />
      <Tile
        id="first-try"
        label="At the first try"
        value={percent(totals.firstTryRate)}
        of="overview.firstTryRate"
        raw={totals.firstTryRate}
        meaning={definitions.firstTryRate}
        note={was(percent(before.totals.firstTryRate))}
        course={course((one) => one.firstTryRate)}
      />
      <Tile
        id="latency"
        label="Shown after (median)"
        value={span(totals.latencyFromAcceptedMs.p50)}
        of="overview.latencyMs"
        raw={totals.latencyFromAcceptedMs.p50}
        meaning={definitions.latencyFromAcceptedMs}
        note={`95 of 100 within ${span(totals.latencyFromAcceptedMs.p95)}; ${was(span(before.totals.latencyFromAcceptedMs.p50))}`}
        course={course((one) => one.latencyFromAcceptedMs.p50)}
      />
      <StateTiles overview={overview} course={course} />
    </Tiles>
  );
}

const was = (text: string): string => (text === none ? 'nothing to compare' : `before: ${text}`);

interface StateTilesProps {
  overview: Overview;
  course: (of: (figures: PeriodFigures) => number | null) => (number | null)[];
}

/** What arrived, and what is wrong at this moment. */
function StateTiles({ overview: { byDay, before, stuck, disagreeing }, course }: StateTilesProps) {
  const { totals, definitions } = byDay;
  return (
    <>
      <Tile
        id="received"
        label="Events"
        value={count(byDay.dispositions.received)}
        meaning={definitions.received}
        note={was(count(before.dispositions.received))}
      />
      <Tile
        id="stuck"
        label="Stuck now"
        value={count(stuck.all)}
        of="overview.stuck"
        raw={stuck.all}
        meaning="Everything that waits for a person or a system longer than it should, whatever the period"
        note={stuck.all === 0 ? 'nobody is stuck' : 'see below'}
        tone={stuck.all > 0 ? 'bad' : 'good'}
      />
      <Tile
        id="disagree"
        label="Systems that disagree"
        value={count(disagreeing)}
        of="overview.disagreeing"
        raw={disagreeing}
        meaning="Subjects of which a system shows something else than the canonical state, at this moment"
        note={disagreeing === 0 ? 'all show the same' : 'at this moment'}
        tone={disagreeing > 0 ? 'bad' : 'good'}
      />
      <Tile
        id="contradicted"
        label="Said yes, showed no"
        value={count(totals.contradicted)}
        of="overview.contradicted"
        raw={totals.contradicted}
        meaning={`${measures['writeback.contradicted']}; none of these counts as confirmed`}
        note={was(count(before.totals.contradicted))}
        course={course((one) => one.contradicted)}
      />
      <Tile
        id="conflicts"
        label="Field conflicts per hire"
        value={conflictsOf(byDay)}
        meaning={definitions.fieldConflictsPerHire}
        of="overview.conflictsPerHire"
        raw={byDay.fieldConflictsPerHire}
        note={`${count(byDay.fieldConflicts)} conflicts, ${count(byDay.hires)} hires`}
      />
    </>
  );
}

const conflictsOf = ({ fieldConflictsPerHire }: PeriodReport): string =>
  fieldConflictsPerHire === null ? none : fieldConflictsPerHire.toFixed(2);

/** The promise is that nearly all are shown in the end; one in a hundred that is not deserves a look. */
const toneOf = (rate: number | null): 'plain' | 'good' | 'bad' =>
  rate === null ? 'plain' : rate < 0.99 ? 'bad' : 'good';
