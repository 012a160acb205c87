// A writeback becomes a row of the next file, and is confirmed by what the system says or shows of it, never by the file itself.
import { isStandIn } from '../../core/persons/impersonal.ts';
import type { FileLedger, HandedOver, OutboundTerms } from '../files.ts';
import type { Capabilities, Carried, VendorContext, Work } from '../port.ts';
import { type FileDropSettings, outboundTerms, stageFor, statesFor } from './settings.ts';
import { cellsOf } from './write-file.ts';

type Context = VendorContext<FileDropSettings>;

/** No file tells what the system shows right now, so nothing can be compared before a row is written. */
export const capabilities: Capabilities = {
  idempotencyKey: true,
  precondition: 'none',
  readLagMs: 0,
  concurrency: 8,
  rateLimit: null,
  reads: false,
  writes: true,
};
const precondition = 'row_id';
const dayMs = 24 * 3_600_000;
/** A file that is due and was not written for so long: the place cannot be reached. */
const overdueMs = 60_000;

/** Puts the row into the next file, or says what became of it when it is there already: no row is written twice while its proof may still come. */
export async function applyByFile(work: Work, context: Context): Promise<Carried> {
  const able = abilityOf(work, context);
  if ('refusal' in able) return { outcome: { kind: 'refused', reason: able.refusal } };
  const { ledger, terms, reference } = able;
  const known = await ledger.find(work.writeback);
  if (known && !isOver(known, work, terms)) return carriedOf(known, work, terms, context.settings);
  const cells = cellsOf(work, reference, context.settings, context.mapping);
  if (!cells) return { outcome: { kind: 'refused', reason: 'value_unwritable' } };
  const queued = await ledger.queue({ writeback: work.writeback, attempt: work.attempt, reference, cells });
  return carriedOf(queued, work, terms, context.settings);
}

/** A new attempt asks again for what was refused, or had no proof in time. The same attempt may come twice, and asks once. */
function isOver({ state, attempt, answer, writtenForMs }: HandedOver, work: Work, terms: OutboundTerms): boolean {
  if (attempt >= work.attempt || answer?.accepted) return false;
  const late = writtenForMs !== null && terms.proof !== 'nothing' && writtenForMs > terms.proofWithinMs;
  return state === 'withdrawn' || answer !== null || late;
}

/** Looks only at what is known of the row. */
export async function confirmByFile(work: Work, context: Context): Promise<Carried> {
  const able = abilityOf(work, context);
  if ('refusal' in able) return { outcome: { kind: 'refused', reason: able.refusal } };
  const known = await able.ledger.find(work.writeback);
  if (!known) return { outcome: { kind: 'contradicted', seen: null } };
  return carriedOf(known, work, able.terms, context.settings);
}

type Ability = { ledger: FileLedger; terms: OutboundTerms; reference: string } | { refusal: string };

function abilityOf(work: Work, { settings, files }: Context): Ability {
  const terms = outboundTerms(settings);
  if (!terms) return { refusal: 'not_written_there' };
  if (!files) return { refusal: 'worker_without_files' };
  if (work.ref === null) return { refusal: 'ref_missing' };
  // The id itself is kept nowhere, and no row of the system has what stands for it here.
  if (isStandIn(work.ref)) return { refusal: 'ref_names_person' };
  if (stageFor(settings, work.targetState) === null) return { refusal: 'unmapped_state' };
  return { ledger: files.ledger, terms, reference: work.ref };
}

function carriedOf(known: HandedOver, work: Work, terms: OutboundTerms, settings: FileDropSettings): Carried {
  return { outcome: outcomeOf(known, work, terms, settings), precondition };
}

function outcomeOf(
  { state, dueInMs, writtenForMs, answer, shows }: HandedOver,
  work: Work,
  terms: OutboundTerms,
  settings: FileDropSettings,
): Carried['outcome'] {
  if (answer?.accepted) return { kind: 'confirmed' };
  if (answer) return { kind: 'refused', reason: answer.code === null ? 'row_refused' : `row_refused_${answer.code}` };
  const wanted = statesFor(settings, stageFor(settings, work.targetState) ?? '');
  if (shows?.some((one) => wanted.includes(one))) return { kind: 'confirmed' };
  if (state === 'withdrawn') return { kind: 'contradicted', seen: null };
  if (state !== 'written' || writtenForMs === null)
    return dueInMs < -overdueMs
      ? { kind: 'retryable', reason: 'file_not_written' }
      : { kind: 'accepted', afterMs: Math.min(dayMs, Math.max(0, dueInMs) + 1_000) };
  if (terms.proof === 'nothing') return { kind: 'delivered' };
  const leftMs = terms.proofWithinMs - writtenForMs;
  if (leftMs <= 0) return { kind: 'contradicted', seen: shows?.[0] ?? null };
  return { kind: 'accepted', afterMs: Math.min(dayMs, Math.ceil(leftMs) + 1_000) };
}
