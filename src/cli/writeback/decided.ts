// What became of a decision about writebacks, one line each.
import type { Decided } from '../../services/settling/settle-writebacks.ts';
import { type Answer, done } from '../answer.ts';

const reasons: Record<Decided['kind'], string> = {
  done: 'done',
  unknown: 'there is no such writeback',
  not_dead: 'is not dead, so there is nothing to try again',
  settled: 'is settled already',
  in_flight: 'is in flight right now; wait for its outcome',
  overtaken: 'was overtaken: a later writeback of its lane is settled',
  connection_removed: 'its connection was removed; waive it',
};

/** The exit status is 1 when any of them was not changed. */
export function decided(results: readonly Decided[], more: boolean, verbed: string): Answer {
  const lines = results.map(
    (one) =>
      `${one.id}: ${one.kind === 'done' ? verbed : `not ${verbed}; ${reasons[one.kind]}${one.status ? ` (${one.status})` : ''}`}`,
  );
  if (results.length === 0) lines.push('There are none.');
  if (more) lines.push('There are more: run it again.');
  return done({ results, more }, lines.join('\n'), results.every((one) => one.kind === 'done') ? 0 : 1);
}
