// /connections: every connected system in one row: how it does, what came last, what waits, and how often it shows what it should.
import {
  type ConnectionHealth,
  healthHours,
  readConnectionHealth,
} from '../../../services/connections/read-connection-health.ts';
import { definitions } from '../../../services/reports/read-kpis.ts';
import { stateWords, worryWords } from '../../connection-words.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Live } from '../../parts/live.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, percent, span } from '../../words.ts';

export async function connectionsPage(visit: OwnVisit): Promise<Response> {
  const { context, remembered } = visit.desk;
  const all = await remembered('connections', () => readConnectionHealth(context));
  return page(
    visit,
    { title: 'Connections', wide: true },
    <h1>Connections</h1>,
    <p class="lead">
      Counts are of the last {healthHours} hours; what waits and what is in the way is of this moment.
    </p>,
    <Live address="/connections">
      <DataTable
        caption="Connections"
        hideCaption
        columns={columns}
        rows={all.map((one) => cells(one, context.now()))}
        empty="No system is connected yet. Add one with “interlock connection add”, or by POST /v1/connections."
      />
    </Live>,
  );
}

export const confirmedMeaning = `Confirmed, of those that were confirmed, given up or waived in the last ${healthHours} hours`;
export const shownMeaning =
  'From the moment the event was accepted to the moment the system was seen to show the change, of the latest that were';

const columns = [
  { head: 'Connection' },
  { head: 'Health' },
  { head: 'Last event', meaning: `When it last told us something, within ${healthHours} hours` },
  {
    head: 'Lag p50',
    numeric: true,
    meaning: 'From the moment the sender says it happened to its arrival here, of the events of the last hour',
  },
  {
    head: 'p95',
    numeric: true,
    meaning: 'From the moment the sender says it happened to its arrival here, of the events of the last hour',
  },
  { head: 'Last shown', meaning: 'When it was last seen to show a write of ours' },
  { head: 'Confirmed', numeric: true, meaning: confirmedMeaning },
  { head: 'p50', numeric: true, meaning: shownMeaning },
  { head: 'p95', numeric: true, meaning: shownMeaning },
  { head: 'Waiting', numeric: true, meaning: 'Writes that wait for their turn, or for the next try' },
  { head: 'On their way', numeric: true, meaning: 'Writes that a worker has in hand' },
  { head: 'Given up', numeric: true, meaning: definitions.dead },
  { head: 'Agrees', numeric: true, meaning: definitions.agreement },
];

const cells = (health: ConnectionHealth, now: number) => [
  <span>
    <a href={`/connections/${health.connection.id}`}>{health.connection.id}</a>{' '}
    <span class="quiet">{health.connection.adapter}</span>
  </span>,
  <Health health={health} />,
  <When at={health.lastEventAt} now={now} />,
  span(health.lagMs?.p50 ?? null),
  span(health.lagMs?.p95 ?? null),
  <When at={health.lastConfirmedAt} now={now} />,
  percent(health.confirmedRate),
  span(health.shownAfterMs?.p50 ?? null),
  span(health.shownAfterMs?.p95 ?? null),
  count(health.waiting),
  count(health.onTheirWay),
  health.dead === 0 ? (
    <span class="quiet">0</span>
  ) : (
    <a href={`/writebacks?status=dead&connection=${health.connection.id}`}>{count(health.dead)}</a>
  ),
  percent(health.agreement?.share ?? null),
];

/** The word, and the first thing that is in the way. */
export function Health({ health }: { health: ConnectionHealth }) {
  const [word, tone] = stateWords[health.state];
  const [first] = health.worries;
  return (
    <div class="cell">
      <Chip tone={tone}>{word}</Chip> {first ? worryWords(first, health).says : ''}
      {health.worries.length > 1 ? <span class="quiet"> and {count(health.worries.length - 1)} more</span> : null}
    </div>
  );
}
