// What somebody may do about a subject that is stuck, as forms: redrive, waive, hold, release; what belongs to an incident leads there.
import type { LaneNow, Obstacle } from '../../services/reports/read-situation.ts';
import { ActForm } from '../parts/act-form.tsx';
import { isOperator, type OwnVisit } from '../route.ts';

interface ActsProps {
  visit: OwnVisit;
  subject: string;
  obstacle: Obstacle;
  /** The first on the page. */
  first: boolean;
}

export function ActsOn({ visit, subject, obstacle, first }: ActsProps) {
  const { code, writeback, connection, about, event } = obstacle;
  if (!isOperator(visit.who)) return <p class="quiet">An operator or an admin can act on it.</p>;
  const shared = { action: `/subjects/${subject}/acts`, who: visit.who };
  const dead = code === 'dead' && writeback !== null;
  const waivable = writeback !== null && obstacle.cause === 'write_unconfirmed';
  return (
    <div class="acts">
      {dead ? (
        <ActForm
          {...shared}
          id={`redrive-${writeback}`}
          label="Redrive"
          fields={{ act: 'redrive', writeback }}
          meaning={`It is written to ${connection} once more, now. What waits behind it follows.`}
          first={first}
        >
          <p>
            <label class="check">
              <input type="checkbox" name="force" value="on" /> Overwrite whatever {connection} shows
            </label>
          </p>
        </ActForm>
      ) : null}
      {waivable ? (
        <ActForm
          {...shared}
          id={`waive-${writeback}`}
          label="Waive"
          fields={{ act: 'waive', writeback }}
          meaning={`${connection} need not show it. The lane goes on with what comes next; this can not be taken back.`}
        />
      ) : null}
      {code === 'lane_held' && connection !== null ? (
        <ReleaseForm {...shared} id={`release-first-${connection}`} connection={connection} first={first} />
      ) : null}
      {about === null ? null : (
        <a
          class={first && about.kind !== 'dead_writeback' ? 'button' : 'button second'}
          href={`/incidents/${about.id}`}
        >
          {about.kind === 'dead_writeback' ? 'Its incident: assign, note' : 'Settle, assign, note'}
        </a>
      )}
      {obstacle.cause === 'event_missing' && event !== null ? (
        <a class="button second" href={`/events?tab=parked#${event}`}>
          See what waits
        </a>
      ) : null}
    </div>
  );
}

type Shared = Pick<Parameters<typeof ActForm>[0], 'action' | 'who' | 'id'>;

const ReleaseForm = ({ connection, first, ...shared }: Shared & { connection: string; first: boolean }) => (
  <ActForm
    {...shared}
    label="Release the lane"
    fields={{ act: 'release', connection }}
    meaning={`What waits for ${connection} goes on, in its order.`}
    first={first}
  />
);

/** Holding a lane is possible at any time; releasing it where a person holds it. */
export function LaneActs({ visit, subject, lane }: { visit: OwnVisit; subject: string; lane: LaneNow }) {
  if (!isOperator(visit.who) || lane.connection_status === 'removed') return null;
  const shared = { action: `/subjects/${subject}/acts`, who: visit.who };
  const { connection_id: connection, held_reason: held } = lane;
  if (held?.startsWith('operator: '))
    return <ReleaseForm {...shared} id={`release-${connection}`} connection={connection} first={false} />;
  return (
    <ActForm
      {...shared}
      id={`hold-${connection}`}
      label="Hold the lane"
      fields={{ act: 'hold', connection }}
      meaning={`Nothing more is written to ${connection} about this subject until somebody releases it. What is on its way ends by itself.`}
    />
  );
}
