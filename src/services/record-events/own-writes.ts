// What a system says of a stage, held against our own writes to it and against what it said before: an echo, a suspicion, or news.
import type { Claim } from '../../core/deciding/decide.ts';
import { type CompiledMachine, isWithin } from '../../core/machine/machine.ts';
import type { RecentWrite } from '../../store/engine/writebacks.ts';
import type { Said } from './judge.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';
import { type Loaded, nothingTold, type Told } from './load.ts';

/** The system can be read, so it need not be believed. */
export const canProbe = (loaded: Loaded, said: Said): boolean =>
  said.connection === null ? false : (loaded.connections.get(said.connection)?.adapter.capabilities.reads ?? false);

/** `unclear`: what is shown now may be what a write of ours left there, and a newer one is under way; it is read once that has ended. */
type Own = { kind: 'echo'; write: RecentWrite } | { kind: 'suspicion' } | { kind: 'unclear' };

/** An own write of this value in the vendor's lane: the latest one makes it an echo, an older or abandoned one a suspicion. */
export function ownWrite(loaded: Loaded, subject: WorkingSubject, said: Said, late: boolean): Own | null {
  if (!said.connection) return null;
  const recent = loaded.recent.get(laneKey(subject.id, said.connection)) ?? [];
  const matches = recent.filter((write) => !write.used && stands(subject.machine, said.claim, write.target_state));
  const valid = recent.filter((write) => write.status !== 'superseded' && write.status !== 'waived');
  const latest = valid[0];
  // The target has shown something else since: this may be late, or somebody has moved it back.
  const left = latest?.shown_later.some((state) => !stands(subject.machine, said.claim, state)) === true;
  // What is older than something the system has told is no echo of the newest write.
  if (latest && matches.includes(latest) && !latest.overtaken && !left && !late)
    return { kind: 'echo', write: oldestOfRun(valid, matches) };
  // While a newer write of ours is under way, the target may still show what the older one left there, also to a reader.
  const older = matches.find((write) => latest && write.lane_seq < latest.lane_seq && valid.includes(write));
  if (older && latest?.settled_at === null) {
    const moved = hasMovedSince(older, recent, loaded.told.get(laneKey(subject.id, said.connection)), late);
    return moved && canProbe(loaded, said) ? { kind: 'unclear' } : { kind: 'echo', write: older };
  }
  if (older && latest?.settled_at && said.verified && wasAskedBefore(loaded, said, latest.settled_at.getTime()))
    return { kind: 'unclear' };
  // A write of ours that may overwrite may have overwritten just this.
  const overwritten = valid.some((write) => write.overwrites.length > 0);
  return matches.length > 0 || (overwritten && said.claim.kind === 'stage') ? { kind: 'suspicion' } : null;
}

/** The target has shown something else since that write: by itself, in which case it may have moved back as well, or as a later write had it. */
const hasMovedSince = (write: RecentWrite, recent: readonly RecentWrite[], told: Told | undefined, late: boolean) =>
  write.overtaken ||
  (write.settled_at !== null && told !== undefined && told.refusedAt > write.settled_at.getTime()) ||
  // The echo of the later one was before this, also by the target's own clock.
  (!late && recent.some((other) => other.used && other.lane_seq > write.lane_seq));

type Asked = Pick<Said, 'askedAt' | 'connection'>;

/** The reading was asked for when the system may not have shown yet what was there at that moment, ms. */
export const wasAskedBefore = (loaded: Loaded, { askedAt, connection }: Asked, moment: number): boolean =>
  askedAt < moment + lagOf(loaded, connection);

/** For how long after a change the system may show what was there before, ms. */
export const lagOf = ({ connections }: Loaded, connection: string | null): number =>
  connections.get(connection ?? '')?.adapter.capabilities.readLagMs ?? 0;

/** The system has told of a later stage already, or of another one at the same moment: its events came in the wrong order. Takes note of this one. */
export function isOvertaken(
  { told }: Loaded,
  { id }: WorkingSubject,
  { claim, connection, occurredAt, waited }: Said,
): boolean {
  if (claim.kind !== 'stage' || connection === null) return false;
  const lane = laneKey(id, connection);
  const before = told.get(lane) ?? nothingTold;
  const at = Date.parse(occurredAt);
  told.set(lane, { ...before, at: Math.max(at, before.at) });
  // One that has waited is among what was told.
  return waited ? at < before.at : at <= before.at;
}

/** The system has told of something since it was asked: what it showed then may be over. `moment`: when that was settled, ms; null where it has not. */
export function toldSince(loaded: Loaded, { id }: WorkingSubject, asked: Asked): { moment: number } | null {
  const { settledAt } = loaded.told.get(laneKey(id, asked.connection ?? '')) ?? nothingTold;
  return wasAskedBefore(loaded, asked, settledAt) ? { moment: settledAt } : null;
}

/** Takes note of what a system said that is settled by this very batch. */
export function noteTold({ told, clock }: Loaded, { id }: WorkingSubject, { connection }: Said): void {
  if (connection === null) return;
  const lane = laneKey(id, connection);
  told.set(lane, { ...(told.get(lane) ?? nothingTold), settledAt: Date.parse(clock) });
}

/** Several writes in a row may stand for one stage, and each is told of late: believing the newest would confirm what was not written yet. */
function oldestOfRun(valid: readonly RecentWrite[], matches: readonly RecentWrite[]): RecentWrite {
  const end = valid.findIndex((write) => !matches.includes(write));
  return (end < 0 ? valid : valid.slice(0, end)).at(-1) as RecentWrite;
}

/** True when a writeback into that state would make the system say this. */
export function stands(machine: CompiledMachine, claim: Claim, state: string): boolean {
  if (claim.kind === 'stage') return claim.targets.some((target) => isWithin(state, target));
  for (const edges of machine.edges.values())
    if (edges.some((edge) => edge.event === claim.type && edge.to === state)) return true;
  return false;
}
