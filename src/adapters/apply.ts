// Read, compare, write with the strongest precondition, read back: the way every adapter brings a target to a state.

import { mayOverwrite } from '../core/deciding/overwrite.ts';
import type { Outcome } from '../core/delivery/outcome.ts';
import { outcomeOfRead, outcomeOfWrite } from './answers.ts';
import type { VendorAnswer } from './http.ts';
import type { Capabilities, Carried, Reading, Work } from './port.ts';

/** What a read found, or why there is nothing. `missing`: the target has no such thing. */
export type ReadResult<Native> =
  | { kind: 'shows'; reading: Reading<Native> }
  | { kind: 'missing' }
  | { kind: 'failed'; answer: VendorAnswer };

/**
 * What came of a write. `precondition`: how it was kept from overwriting an unseen change; `ref`: the id of what it created;
 * `refusal`: the code of what the mapping lacks or the target forbids; nothing was written then.
 */
export type Written = { answer: VendorAnswer; precondition: string; ref?: string } | { refusal: string };

/** The vendor's own part of a writeback; everything around it is shared. */
export interface Target<Native> {
  read(): Promise<ReadResult<Native>>;
  /** True when the reading is what the writeback wants. */
  shows(reading: Reading<Native>): boolean;
  /** True when the reading is what the writeback started from, so that writing loses nobody's change. */
  expected(reading: Reading<Native>): boolean;
  /** One write, or why the adapter cannot make it. */
  write(reading: Reading<Native> | null): Promise<Written>;
  /** True for a refusal of the vendor's that means "somebody changed it in between": read again. */
  isConflict(answer: Extract<VendorAnswer, { kind: 'answer' }>): boolean;
  /** True when a target in this state shows what the writeback wants, too; unless given, only in the very state it wants. */
  alike?(state: string): boolean;
  /** True when a missing target is to be created by `write`. */
  creates: boolean;
  /** Given where the vendor says in the body what others say in the status: the status that the answer stands for. */
  statusOf?(answer: Extract<VendorAnswer, { kind: 'answer' }>): number;
}

export async function applyByReading<Native>(
  target: Target<Native>,
  work: Work,
  capabilities: Capabilities,
): Promise<Carried> {
  const before = await target.read();
  if (before.kind === 'failed') return carried(outcomeOfRead(meant(target, before.answer)), before.answer);
  if (before.kind === 'missing' && !target.creates) return { outcome: { kind: 'refused', reason: 'target_missing' } };
  const reading = before.kind === 'shows' ? before.reading : null;
  const waitMs = settlingMs(target, work, capabilities);
  if (reading && target.shows(reading)) return { outcome: unlessOld({ kind: 'confirmed_already' }, waitMs) };
  if (reading && !target.expected(reading) && !mayOverwrite(work.overwrites, reading.state))
    return { outcome: { kind: 'conflict', seen: reading.state } };

  const written = await target.write(reading);
  if ('refusal' in written) return { outcome: { kind: 'refused', reason: written.refusal } };
  const { answer, precondition, ref } = written;
  const said = outcomeOfWrite(meant(target, answer), capabilities.readLagMs);
  const wrote = (outcome: Outcome): Carried => carried(outcome, answer, precondition);
  if (answer.kind === 'answer' && target.isConflict(answer))
    return wrote(unlessOld(await afterConflict(target), waitMs));
  // A clear no wrote nothing; a yes, and a silence, are both settled by reading.
  if (said.kind !== 'accepted' && said.kind !== 'ambiguous') return wrote(said);
  return wrote(unlessOld(await afterWrite(target, said, ref), waitMs));
}

/** What is shown as wanted is looked at again where it may be what was there before our last write: a yes that saved nothing would pass for done. */
function unlessOld(outcome: Outcome, waitMs: number): Outcome {
  if (waitMs === 0 || (outcome.kind !== 'confirmed' && outcome.kind !== 'confirmed_already')) return outcome;
  const ref = outcome.kind === 'confirmed' ? outcome.ref : undefined;
  return { kind: 'accepted', afterMs: waitMs, ...(ref === undefined ? {} : { ref }) };
}

/** For how long, ms, a reading may show what was there before our last write, which was to something else. */
function settlingMs<Native>(
  target: Target<Native>,
  { lastWritten, targetState }: Work,
  { readLagMs }: Capabilities,
): number {
  if (!lastWritten || lastWritten.sinceMs >= readLagMs) return 0;
  const same = lastWritten.state === targetState || target.alike?.(lastWritten.state) === true;
  return same ? 0 : Math.ceil(readLagMs - lastWritten.sinceMs);
}

/** Only looks: for a write that was accepted earlier and must show by now. */
export async function confirmByReading<Native>(target: Target<Native>): Promise<Carried> {
  const now = await target.read();
  if (now.kind === 'failed') return carried(outcomeOfRead(meant(target, now.answer)), now.answer);
  if (now.kind === 'shows' && target.shows(now.reading)) return { outcome: { kind: 'confirmed' } };
  return { outcome: { kind: 'contradicted', seen: now.kind === 'shows' ? now.reading.state : null } };
}

async function afterWrite<Native>(target: Target<Native>, said: Outcome, ref: string | undefined): Promise<Outcome> {
  const after = await target.read();
  if (after.kind === 'shows' && target.shows(after.reading))
    return { kind: 'confirmed', ...(ref === undefined ? {} : { ref }) };
  return said.kind === 'accepted' && ref !== undefined ? { ...said, ref } : said;
}

async function afterConflict<Native>(target: Target<Native>): Promise<Outcome> {
  const after = await target.read();
  if (after.kind === 'shows' && target.shows(after.reading)) return { kind: 'confirmed_already' };
  return { kind: 'conflict', seen: after.kind === 'shows' ? after.reading.state : null };
}

function meant<Native>({ statusOf }: Target<Native>, answer: VendorAnswer): VendorAnswer {
  return answer.kind === 'answer' && statusOf ? { ...answer, status: statusOf(answer) } : answer;
}

function carried(outcome: Outcome, answer: VendorAnswer, precondition?: string): Carried {
  const found: Carried = { outcome };
  if (answer.kind === 'answer') found.httpStatus = answer.status;
  if (precondition !== undefined) found.precondition = precondition;
  return found;
}
