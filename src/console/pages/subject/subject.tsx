// /subjects/:subject: where it stands, what is in its way, and all that happened to it in every system, as lanes.
import { isId } from '../../../core/ids.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { readSituation } from '../../../services/reports/read-situation.ts';
import { readSubject, type SubjectView } from '../../../services/reports/read-subject.ts';
import type { Entry } from '../../../services/reports/timeline-entry.ts';
import { titleOf } from '../../diagram/words.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Notice } from '../../parts/notice.tsx';
import { type OwnVisit, personalReaders } from '../../route.ts';
import { saidOn } from '../../said.ts';
import { Lanes } from '../../timeline/lanes.tsx';
import { LaneList, Obstacles, Standing } from '../../timeline/situation.tsx';
import {
  kindsOf,
  showWords,
  type TimelineView,
  timelineHref,
  timelineShows,
  timelineView,
} from '../../timeline/view.ts';
import { notFoundPage } from '../problem.tsx';

/** Entries of one part of the timeline. */
const rowsMax = 100;

export async function subjectPage(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const id = request.req.param('subject') ?? '';
  if (!isId('sub', id)) return notFoundPage(visit);
  const view = timelineView(visit, id);
  const timeline = await readSubject(desk.context, id, {
    values: false,
    reader: { actor: actorOf(who), requestId: request.get('requestId') },
    before: view.before,
    rowsMax,
    kinds: kindsOf(view),
    connection: view.connection,
    actions: view.show === 'looks' ? 'looks' : 'changes',
  });
  const situation = timeline && (await readSituation(desk.context, id));
  if (!timeline || !situation) return notFoundPage(visit);
  const names = await nameActors(desk.context, timeline.entries.flatMap(actorsOf));
  const now = desk.context.now();
  const said = saidOn(visit);
  const { subject } = timeline;
  return page(
    visit,
    { title: `${titleOf(subject.machine)} in ${titleOf(subject.state)}`, wide: true },
    <h1>
      {titleOf(subject.machine)} <code>{subject.id}</code>
    </h1>,
    <Facts visit={visit} subject={subject} />,
    said ? <Notice tone={said.tone}>{said.text}</Notice> : null,
    <Standing situation={situation} now={now} />,
    <Obstacles visit={visit} situation={situation} now={now} />,
    <h2>Where each system stands</h2>,
    situation.lanes.length === 0 ? (
      <EmptyState>No system is told of this subject: no connection subscribes to it.</EmptyState>
    ) : (
      <LaneList visit={visit} situation={situation} now={now} />
    ),
    <h2 id="timeline">What happened</h2>,
    <Filters view={view} lanes={situation.lanes.map((lane) => lane.connection_id)} />,
    timeline.entries.length === 0 ? (
      <EmptyState>
        {view.before === undefined ? 'Nothing of this kind happened.' : 'There is nothing earlier.'}
      </EmptyState>
    ) : (
      <Lanes
        entries={timeline.entries}
        lanes={situation.lanes.filter(
          (lane) => view.connection === undefined || lane.connection_id === view.connection,
        )}
        around={{ names, now }}
      />
    ),
    <p class="pager">
      {view.before === undefined ? null : <a href={`${timelineHref(view)}#timeline`}>‹ The newest</a>}{' '}
      {timeline.next === null ? (
        <span class="quiet">This is all that there is.</span>
      ) : (
        <a href={`${timelineHref(view, { before: timeline.next })}#timeline`}>Earlier ›</a>
      )}
    </p>,
  );
}

function Facts({ visit, subject }: { visit: OwnVisit; subject: SubjectView }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Region', subject.region],
    ['Business unit', subject.businessUnit],
    ['Requisition type', subject.requisitionType],
    ['Machine', `${subject.machine} v${subject.machineVersion}`],
  ];
  return (
    <ul class="subject-facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <li>
            <span class="quiet">{name}</span> {value}
          </li>
        ),
      )}
      {subject.refs.map(({ system, ref }) => (
        <li>
          <span class="quiet">in {system}</span> <code>{ref}</code>
        </li>
      ))}
      {subject.parent === null ? null : (
        <li>
          <a href={`/subjects/${subject.parent}`}>
            {subject.machine === 'application' ? 'Its requisition' : 'Its application'}
          </a>
        </li>
      )}
      {subject.erased ? (
        <li>
          <Chip tone="warn">Erased</Chip>
        </li>
      ) : null}
      {!subject.erased && visit.who.roles.some((role) => personalReaders.includes(role)) ? (
        <li>
          <a href={`/subjects/${subject.id}/values`}>Values (each look is on record)</a>
        </li>
      ) : null}
    </ul>
  );
}

/** Links, so that a part of the timeline has an address of its own. */
function Filters({ view, lanes }: { view: TimelineView; lanes: readonly string[] }) {
  return (
    <nav aria-label="Timeline" class="filters">
      <ul class="tabs">
        {timelineShows.map((show) => (
          <li>
            <a href={`${timelineHref(view, { show })}#timeline`} aria-current={view.show === show ? 'true' : undefined}>
              {showWords[show]}
            </a>
          </li>
        ))}
      </ul>
      {lanes.length < 2 ? null : (
        <ul class="tabs">
          {[undefined, ...lanes].map((connection) => (
            <li>
              <a
                href={`${timelineHref(view, { connection })}#timeline`}
                aria-current={view.connection === connection ? 'true' : undefined}
              >
                {connection ?? 'All systems'}
              </a>
            </li>
          ))}
        </ul>
      )}
    </nav>
  );
}

function actorsOf(entry: Entry): (string | null)[] {
  switch (entry.kind) {
    case 'event':
    case 'transition':
      return [entry.source];
    case 'action':
    case 'note':
    case 'approval':
      return [entry.actor];
    case 'incident':
      return [entry.settledBy, entry.assignedTo === null ? null : `account:${entry.assignedTo}`];
    case 'writeback':
    case 'echo':
    case 'reading':
      return [];
  }
}
