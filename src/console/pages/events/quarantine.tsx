// What is done about quarantined events: stages that wait to be mapped, and replaying those that were ticked or that match.
import { limits } from '../../../core/limits.ts';
import type { WaitingStage } from '../../../store/reports/event-lists.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Decide } from '../../parts/decide.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none } from '../../words.ts';
import { type EventsView, eventsHref } from './view.ts';

interface StagesProps {
  visit: OwnVisit;
  view: EventsView;
  stages: readonly WaitingStage[];
}

/** One line for each stage that nobody has mapped: however many events name it, it is one matter. */
export function UnknownStages({ visit, view, stages }: StagesProps) {
  if (stages.length === 0) return null;
  const now = visit.desk.context.now();
  return (
    <section aria-labelledby="stages">
      <h2 id="stages">Stages that nobody has mapped</h2>
      <DataTable
        caption="Stages that stand for none of our states"
        hideCaption
        columns={[
          { head: 'Stage' },
          { head: 'Connection' },
          { head: 'Events', numeric: true },
          { head: 'Since' },
          { head: 'How to map it' },
        ]}
        rows={stages.map((one) => [
          <a
            href={eventsHref(view, {
              tab: 'quarantined',
              stage: one.stage,
              connection: one.connection_id ?? undefined,
              code: undefined,
            })}
          >
            {one.stage}
          </a>,
          one.connection_id ?? none,
          count(one.times),
          <When at={one.opened_at} now={now} />,
          <span class="why-cell">
            {one.next ?? 'Map it in the settings of the connection, then replay.'}{' '}
            <a href={`/incidents/${one.incident}`}>Its incident</a>
          </span>,
        ])}
      />
    </section>
  );
}

/** The boxes of the list belong to this form. */
export function ReplayMatching({ visit, view }: { visit: OwnVisit; view: EventsView }) {
  return (
    <Decide action="/events/replay" who={visit.who} id="replay">
      {Object.entries({ tab: view.tab, period: view.period, ...view.narrowed }).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <p>
        Once the mapping is mended: replay those you tick, or the {limits.bulkReplayMax} oldest that match. Nothing is
        recorded twice.
      </p>
      <button type="submit" name="do" value="ticked">
        Replay the ticked
      </button>
      <button type="submit" class="second" name="do" value="matching">
        Replay the oldest that match
      </button>
    </Decide>
  );
}
