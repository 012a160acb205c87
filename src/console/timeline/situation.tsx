// The head of a subject's page: where it stands, since when, what is in the way, whose turn it is, what comes by itself, and what may be done.
import type { LaneNow, Obstacle, Situation } from '../../services/reports/read-situation.ts';
import { titleOf } from '../diagram/words.ts';
import { Chip } from '../parts/chip.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { plural } from '../words.ts';
import { reasonWords, statusWords } from '../writeback-words.ts';
import { ActsOn, LaneActs } from './acts.tsx';

/** One sentence that says it all; what follows on the page are the parts of it. */
export function Standing({ situation, now }: { situation: Situation; now: number }) {
  const { subject, obstacles, open } = situation;
  const [first] = obstacles;
  return (
    <p class={`standing ${first ? 'bad' : 'good'}`} role="status">
      {subject.ended ? 'Ended in' : 'In'} <b>{titleOf(subject.state)}</b> since <When at={subject.since} now={now} />
      {first ? (
        <>
          . Stuck since <When at={first.since} now={now} />: {first.detail}. It is the turn of <b>{first.owner}</b>
          {first.about?.assigned_name ? `; ${first.about.assigned_name} takes care of it` : ''}.{' '}
          <Next obstacle={first} now={now} />
        </>
      ) : (
        <>
          , and nothing is in the way
          {open > 0 ? `; ${plural(open, 'write')} ${open === 1 ? 'is' : 'are'} on the way` : ''}.{' '}
          {subject.ended ? (
            'Nobody has to do anything.'
          ) : (
            <>
              It is the turn of <b>{subject.owner ?? 'nobody'}</b>
              {subject.slaDueAt === null ? (
                ', without a date'
              ) : (
                <>
                  , due <When at={subject.slaDueAt} now={now} />
                </>
              )}
              .
            </>
          )}
        </>
      )}
    </p>
  );
}

function Next({ obstacle, now }: { obstacle: Obstacle; now: number }) {
  const { words, at } = obstacle.next;
  return (
    <>
      {words}
      {at === null ? null : <> ({Date.parse(at) <= now ? 'due now' : <When at={at} now={now} />})</>}.
    </>
  );
}

/** What may be done about the first, then all else that is in the way. */
export function Obstacles({ visit, situation, now }: { visit: OwnVisit; situation: Situation; now: number }) {
  const [first, ...others] = situation.obstacles;
  if (!first) return null;
  return (
    <section aria-label="What may be done">
      <ActsOn visit={visit} subject={situation.subject.id} obstacle={first} first />
      {others.length === 0 ? null : <h2>What else is in the way</h2>}
      <ol class="obstacles">
        {others.map((one) => (
          <li>
            <p class="does">
              <b>{one.detail}</b>
            </p>
            <p class="more">
              Since <When at={one.since} now={now} />. It is the turn of {one.owner}
              {one.about?.assigned_name ? `; ${one.about.assigned_name} takes care of it` : ''}.{' '}
              <Next obstacle={one} now={now} />
            </p>
            <ActsOn visit={visit} subject={situation.subject.id} obstacle={one} first={false} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** On top of a system's lane: what it shows, and what keeps it. */
export function LaneHeading({ lane, now }: { lane: LaneNow; now: number }) {
  return (
    <div class="lane-head">
      <span class="lane-title">{lane.connection_id}</span>
      <LaneState lane={lane} now={now} />
    </div>
  );
}

function LaneState({ lane, now }: { lane: LaneNow; now: number }) {
  const { shown, waiting, held_reason: held, status } = lane;
  return (
    <>
      <span class="more">
        {shown === null ? (
          'never seen'
        ) : (
          <>
            shows{' '}
            {shown.missing
              ? 'nothing any more'
              : shown.state === null
                ? `“${shown.stage ?? '?'}”`
                : shown.state.split(' | ').map(titleOf).join(' or ')}{' '}
            <When at={shown.at} now={now} />
          </>
        )}
      </span>
      <span class="lane-chips">
        {lane.agrees === null ? null : (
          <Chip tone={lane.agrees ? 'good' : 'bad'}>{lane.agrees ? 'Agrees' : 'Differs'}</Chip>
        )}
        {status === 'dead' ? <Chip tone="bad">{statusWords.dead?.[0]}</Chip> : null}
        {waiting > 0 ? <Chip tone="warn">{waiting} waiting</Chip> : null}
        {held === null || held === 'dead' ? null : (
          <Chip tone="bad">
            <span title={reasonWords(held.replace(/^operator: /, ''))}>Held</span>
          </Chip>
        )}
        {lane.connection_status === 'active' ? null : <Chip tone="bad">{lane.connection_status}</Chip>}
        {lane.circuit === 'closed' ? null : <Chip tone="bad">Takes nothing now</Chip>}
      </span>
    </>
  );
}

/** Every system in one line, with holding and releasing its lane. */
export function LaneList({ visit, situation, now }: { visit: OwnVisit; situation: Situation; now: number }) {
  return (
    <ul class="lane-list">
      {situation.lanes.map((lane) => (
        <li>
          <LaneHeading lane={lane} now={now} />
          <LaneActs visit={visit} subject={situation.subject.id} lane={lane} />
        </li>
      ))}
    </ul>
  );
}
