// People hold a lane, so that nothing more is written to one system about one subject, and release it again.
import {
  holdLane as holdRow,
  inFlight,
  lockOrMakeLane,
  releaseLane as releaseRow,
} from '../../store/settling/operator-decisions.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import type { Decision } from './settle-writebacks.ts';

export interface LaneName {
  subject: string;
  connection: string;
}

export interface LaneDecided extends LaneName {
  kind: 'done' | 'unknown' | 'already_held' | 'not_held';
  /** Why the lane is held now; null when it is not. */
  held: string | null;
  /** Something left before the hold and is still under way. */
  inFlight: boolean;
}

/** In front of a person's own words, to tell them from codes such as `dead`. */
const operatorPrefix = 'operator: ';

/** Nothing more leaves for these lanes until they are released. What is in flight ends by itself. */
export async function holdLanes(
  context: Context,
  lanes: readonly LaneName[],
  decision: Decision,
): Promise<LaneDecided[]> {
  return eachLane(context, lanes, decision, 'lane.held', async (tx, { subject, connection }, held) => {
    if (held?.startsWith(operatorPrefix)) return { kind: 'already_held', held };
    const words = `${operatorPrefix}${decision.reason}`;
    await holdRow(tx, subject, connection, words);
    return { kind: 'done', held: words };
  });
}

/** Takes a person's hold away. A lane with a dead head stays held by that: redrive or waive it. */
export async function releaseLanes(
  context: Context,
  lanes: readonly LaneName[],
  decision: Decision,
): Promise<LaneDecided[]> {
  return eachLane(context, lanes, decision, 'lane.released', async (tx, { subject, connection }, held) => {
    if (!held?.startsWith(operatorPrefix)) return { kind: 'not_held', held };
    return { kind: 'done', held: await releaseRow(tx, subject, connection) };
  });
}

type Tx = Parameters<typeof holdRow>[0];
type Step = (
  tx: Tx,
  lane: LaneName,
  held: string | null,
) => Promise<{ kind: 'done' | 'already_held' | 'not_held'; held: string | null }>;

/** Locks in key order: subject, then lane, one after the other, as every other path does. */
function eachLane(
  context: Context,
  lanes: readonly LaneName[],
  decision: Decision,
  action: string,
  step: Step,
): Promise<LaneDecided[]> {
  const sorted = [...lanes].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return inDecision(context, async (tx) => {
    const results: LaneDecided[] = [];
    for (const lane of sorted) {
      const row = await lockOrMakeLane(tx, lane.subject, lane.connection);
      if (!row) {
        results.push({ ...lane, kind: 'unknown', held: null, inFlight: false });
        continue;
      }
      const { kind, held } = await step(tx, lane, row.held_reason);
      results.push({ ...lane, kind, held, inFlight: await inFlight(tx, lane.subject, lane.connection) });
      if (kind !== 'done') continue;
      await writeAudit(tx, {
        actor: decision.actor,
        action,
        objectKind: 'lane',
        objectId: keyOf(lane),
        detail: { reason: decision.reason },
        ...(decision.requestId === undefined ? {} : { requestId: decision.requestId }),
      });
    }
    return results;
  });
}

/** The name of a lane in the audit log. */
const keyOf = (lane: LaneName): string => `${lane.subject}/${lane.connection}`;
