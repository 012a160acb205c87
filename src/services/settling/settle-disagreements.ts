// What a person decides where a system shows something else: look at it again now, or take over what it shows; audited.
import { fingerprint } from '../../core/canonical-json.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { isWithin } from '../../core/machine/state-path.ts';
import { lockReadings, lookNow } from '../../store/reconcile/look-again.ts';
import { lastShown } from '../../store/reports/last-shown.ts';
import { findSubject } from '../../store/reports/subjects.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import type { LaneName } from './hold-lanes.ts';
import { inDecision } from './in-decision.ts';
import { type Decision, waiveWritebacks } from './settle-writebacks.ts';

export interface LookDecided extends LaneName {
  /** `on_its_way`: a write reads by itself; `never_read`: the sweep has not been there, or need not go. */
  kind: 'done' | 'on_its_way' | 'never_read';
}

/** These are read before their turn, with the next round of the sweep. */
export async function lookAgain(
  context: Context,
  pairs: readonly LaneName[],
  decision: Decision,
): Promise<LookDecided[]> {
  return inDecision(context, async (tx) => {
    const rows = await lockReadings(tx, pairs);
    const results = rows.map(
      (row): LookDecided => ({
        subject: row.subject_id,
        connection: row.connection_id,
        kind: row.open ? 'on_its_way' : row.reading === null ? 'never_read' : 'done',
      }),
    );
    await lookNow(
      tx,
      rows.flatMap((row) => (row.reading !== null && !row.open ? [row.reading] : [])),
    );
    for (const { subject, connection, kind } of results)
      if (kind === 'done')
        await writeAudit(tx, {
          actor: decision.actor,
          action: 'reading.asked',
          objectKind: 'lane',
          objectId: `${subject}/${connection}`,
          detail: { reason: decision.reason },
          ...(decision.requestId === undefined ? {} : { requestId: decision.requestId }),
        });
    return results;
  });
}

export type Adopted =
  | { kind: 'done'; event: string; to: string }
  | { kind: 'unknown' }
  /** It shows none of our states, or nothing is known of it. */
  | { kind: 'not_shown' }
  /** The machine has no single way that a person may take from here to there. */
  | { kind: 'no_way' }
  | { kind: 'needs_elements'; elements: readonly string[] }
  | { kind: 'refused'; code: string };

/** The subject moves to what the system shows, by an event of the person's along an edge of the machine; every system is told of it. */
export async function adoptShown(context: Context, pair: LaneName, decision: Decision): Promise<Adopted> {
  const db = context.database.engine;
  const subject = await findSubject(db, pair.subject);
  if (!subject || subject.erased) return { kind: 'unknown' };
  const machine = context.machines
    .all()
    .find((one) => one.name === subject.machine && one.version === subject.machine_version);
  if (!machine) return { kind: 'unknown' };
  const [shown] = await lastShown(db, [{ subject_id: pair.subject, connection_id: pair.connection }]);
  if (!shown?.state) return { kind: 'not_shown' };
  const [edge, ...others] = waysTo(machine, subject.state, shown.state.split(' | '));
  if (!edge || others.length > 0) return { kind: 'no_way' };
  if (edge.requires.length > 0) return { kind: 'needs_elements', elements: edge.requires };
  const now = new Date(context.now()).toISOString();
  const claim = { kind: 'event' as const, type: edge.event };
  // One adoption of one version, however often the form is sent.
  const externalId = `adopt:${subject.id}:${subject.version}:${pair.connection}`;
  const recorded = await context.recorder().record({
    source: `account:${decision.actor.id}`,
    connection: null,
    by: 'operator',
    externalId,
    fingerprint: fingerprint({ externalId, claim }),
    machine: machine.name,
    claim,
    subject: { kind: 'id', id: subject.id },
    alsoKnownAs: [],
    requisition: null,
    machineVersion: null,
    occurredAt: now,
    receivedAt: now,
    data: {},
  });
  if (recorded.disposition !== 'applied' && recorded.original?.disposition !== 'applied')
    return { kind: 'refused', code: recorded.code ?? recorded.disposition };
  await writeAudit(db, {
    actor: decision.actor,
    action: 'subject.adopted',
    objectKind: 'subject',
    objectId: subject.id,
    detail: {
      reason: decision.reason,
      connection: pair.connection,
      from: subject.state,
      to: edge.to,
      event: recorded.event,
    },
    ...(decision.requestId === undefined ? {} : { requestId: decision.requestId }),
  });
  await letGo(context, pair, decision);
  return { kind: 'done', event: edge.event, to: edge.to };
}

/** What was given up is what the person no longer wants there; it would hold the lane. */
async function letGo(context: Context, pair: LaneName, decision: Decision): Promise<void> {
  const open = await context.database.engine
    .transaction()
    .execute((tx) => context.records.findOpenWritebacks(tx, [pair.subject]));
  const dead = open.filter((one) => one.connection_id === pair.connection && one.status === 'dead').map(({ id }) => id);
  if (dead.length > 0) await waiveWritebacks(context, dead, decision);
}

/** Ways that a person may take from a state into one of those that are shown; those back to where it was are none. */
export function waysTo(
  machine: CompiledMachine,
  from: string,
  shown: readonly string[],
): { event: string; to: string; requires: readonly string[] }[] {
  return (machine.edges.get(from) ?? []).flatMap(({ event, to, meta }) =>
    to !== null && meta.causedBy.includes('operator') && shown.some((state) => isWithin(to, state))
      ? [{ event, to, requires: meta.requires }]
      : [],
  );
}
