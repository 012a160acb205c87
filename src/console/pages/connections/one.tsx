// /connections/:connection: one connected system: what is in the way, what comes in and goes out, how fast, and what it offers.
import {
  type ConnectionHealth,
  healthHours,
  readOneHealth,
} from '../../../services/connections/read-connection-health.ts';
import { readUnknownFields } from '../../../services/intake/unknown-fields.ts';
import { definitions } from '../../../services/reports/read-kpis.ts';
import { agreementByDay } from '../../../store/counts/agreement-hours.ts';
import { worryWords } from '../../connection-words.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Tile, Tiles } from '../../parts/tile.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count, none, percent, plural, relative, span } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { confirmedMeaning, shownMeaning } from './connections.tsx';
import { ConnectionActs, type RefusedChange } from './forms.tsx';
import { Gone, Quarantine, Reads, UnknownFields, Writes } from './parts.tsx';

/** Days that the course of the agreement shows. */
const courseDays = 30;

const sayings: Readonly<Record<string, string>> = {
  pause: 'It is paused: events are still taken, nothing is written until somebody resumes it.',
  resume: 'It goes on. What waited is written now, in order.',
  'close-circuit': 'The circuit is closed: it is tried now.',
  pace: 'The pace is changed.',
};

export async function connectionPage(visit: OwnVisit): Promise<Response> {
  return showConnection(visit, visit.request.req.param('connection') ?? '', null);
}

export async function showConnection(visit: OwnVisit, id: string, refused: RefusedChange | null): Promise<Response> {
  const { context } = visit.desk;
  const health = await readOneHealth(context, id);
  if (!health) return notFoundPage(visit);
  const now = context.now();
  const fields = (await readUnknownFields(context, id)) ?? [];
  const course = (await agreementByDay(context.database.reports, courseDays)).filter((one) => one.connection_id === id);
  const said = sayings[visit.request.req.query('said') ?? ''];
  return page(
    visit,
    { title: id, status: refused === null ? 200 : 422 },
    <p>
      <a href="/connections">‹ Connections</a>
    </p>,
    <h1>{id}</h1>,
    <p class="lead">
      {health.connection.adapter}, {health.connection.kind};{' '}
      {health.connection.worker === 'outside' ? 'a worker of its own writes to it' : 'Interlock writes to it'}
    </p>,
    refused === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    refused === null ? null : <Notice tone="bad">{refused.fault}</Notice>,
    <Worries health={health} />,
    <Figures
      health={health}
      now={now}
      course={course.map(({ pairs, agreeing }) => (pairs === 0 ? null : agreeing / pairs))}
    />,
    <div class="two">
      <Writes health={health} now={now} />
      <Reads health={health} now={now} />
    </div>,
    <h2>Stages and fields that the mapping needs and the system does not have</h2>,
    <Gone health={health} />,
    <h2>What came and nobody has mapped</h2>,
    <UnknownFields fields={fields} stages={health.unknownStages} now={now} />,
    <h2>Payloads in quarantine</h2>,
    <Quarantine rows={health.quarantine} now={now} />,
    isOperator(visit.who) ? <ConnectionActs visit={visit} health={health} refused={refused} /> : null,
  );
}

function Worries({ health }: { health: ConnectionHealth }) {
  if (health.worries.length === 0 && health.state === 'good')
    return <EmptyState>Nothing is in the way: events come in, writes go out and are shown.</EmptyState>;
  return (
    <ul class="worries">
      {health.state === 'paused' ? (
        <li>
          <Chip tone="warn">Paused</Chip> A person paused it: nothing is written. Resume it below.
        </li>
      ) : null}
      {health.worries.map((worry) => {
        const { says, todo, href } = worryWords(worry, health);
        return (
          <li>
            <Chip tone={worry.severity}>{worry.severity === 'bad' ? 'Act' : 'Look'}</Chip>{' '}
            <b>{href === undefined ? says : <a href={href}>{says}</a>}.</b> {todo}
          </li>
        );
      })}
    </ul>
  );
}

interface FiguresProps {
  health: ConnectionHealth;
  now: number;
  course: readonly (number | null)[];
}

function Figures({ health, now, course }: FiguresProps) {
  const { agreement, confirmedRate: rate } = health;
  return (
    <Tiles>
      <Tile
        id="events"
        label="Last event"
        value={health.lastEventAt === null ? none : relative(health.lastEventAt, now)}
        meaning={`When it last told us something: to the second within an hour, else the hour. Below: events of the last ${healthHours} hours, and how long those of the last hour took from the moment the sender says it happened to their arrival.`}
        note={`${plural(health.events, 'event')}; lag ${span(health.lagMs?.p50 ?? null)}, 95 of 100 within ${span(health.lagMs?.p95 ?? null)}`}
      />
      <Tile
        id="confirmed"
        label="Confirmed"
        value={percent(rate)}
        meaning={confirmedMeaning}
        note={`${count(health.confirmed)} in ${healthHours} hours; last shown ${health.lastConfirmedAt === null ? none : relative(health.lastConfirmedAt, now)}`}
        tone={rate === null ? 'plain' : rate < 0.99 ? 'bad' : 'good'}
      />
      <Tile
        id="latency"
        label="Shown after"
        value={span(health.shownAfterMs?.p50 ?? null)}
        meaning={shownMeaning}
        note={`95 of 100 within ${span(health.shownAfterMs?.p95 ?? null)}`}
      />
      <Tile
        id="waiting"
        label="Waiting"
        value={count(health.waiting)}
        meaning="Writes that wait for their turn or for the next try, and those that a worker has in hand"
        note={`${count(health.onTheirWay)} on their way${health.oldestWaitingAt === null ? '' : `; the next one made ${relative(health.oldestWaitingAt, now)}`}`}
        href={`/writebacks?status=ready&connection=${health.connection.id}`}
      />
      <Tile
        id="dead"
        label="Given up"
        value={count(health.dead)}
        meaning={definitions.dead}
        tone={health.dead > 0 ? 'bad' : 'good'}
        href={`/writebacks?status=dead&connection=${health.connection.id}`}
      />
      <Tile
        id="agrees"
        label="Agrees"
        value={percent(agreement?.share ?? null)}
        meaning={`${definitions.agreement}. The line: the last ${courseDays} days.`}
        note={
          agreement === null
            ? 'not counted yet'
            : `of ${plural(agreement.pairs, 'subject')}, counted ${relative(agreement.countedAt, now)}`
        }
        course={course}
        href={`/agreement?connection=${health.connection.id}`}
      />
    </Tiles>
  );
}
