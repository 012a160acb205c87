// What Workable shows for one candidate, in its own words and in ours: the same document in a webhook and in an answer.
import { z } from 'zod';
import { type FieldsRead, readFields, type SystemMapping } from '../../core/dictionary/mapping.ts';
import type { ReadResult } from '../apply.ts';
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { VendorContext } from '../port.ts';
import { type Place, statesOfPlace, type WorkableSettings } from './settings.ts';

export type WorkableContext = VendorContext<WorkableSettings>;

/** What a write needs of a candidate. */
export interface CandidateNow extends Place {
  /** The job's shortcode. */
  job: string;
}

const text = z.string().nullish();
/** Also where a candidate's id could lead elsewhere in an address. */
export const candidateId = z.string().regex(/^[A-Za-z0-9]{1,40}$/);
export const candidate = z.looseObject({
  id: candidateId,
  job: z.looseObject({ shortcode: z.string().regex(/^[A-Za-z0-9]{1,40}$/) }),
  stage: z.string().min(1),
  stage_kind: text,
  disqualified: z.boolean(),
  withdrew: z.boolean().nullish(),
  disqualification_reason: text.catch(null),
});
export type Candidate = z.infer<typeof candidate>;
const answered = z.looseObject({ candidate });

/** Element values of a candidate, and what was kept out of them. */
export function elementsOf(shown: Candidate, mapping: SystemMapping): FieldsRead {
  const read = readFields(mapping, 'candidate', shown);
  const { 'application.source': source, ...data } = read.data;
  // Says that there is no source, and is no name of one.
  if (source !== undefined && source !== 'Unknown') data['application.source'] = source;
  return { ...read, data: { ...data, ...whyDisqualified(shown) } };
}

/** A rejection needs a reason with us, and need not have one there. */
function whyDisqualified({ disqualified, withdrew, disqualification_reason: said }: Candidate): Record<string, string> {
  const reason = said?.trim();
  if (!disqualified) return {};
  if (withdrew) return reason ? { 'withdrawal.reason': reason } : {};
  return { 'rejection.reason': reason || 'not given in Workable' };
}

export function nowOf({ job, stage, stage_kind: kind, disqualified, withdrew }: Candidate): CandidateNow {
  return {
    job: job.shortcode,
    stage: stage.trim(),
    stageKind: kind ?? null,
    disqualified,
    withdrew: withdrew === true,
  };
}

export async function readCandidate(ref: string, context: WorkableContext): Promise<ReadResult<CandidateNow>> {
  if (!candidateId.safeParse(ref).success) return { kind: 'missing' };
  const answer = await call(context, 'GET', `/candidates/${ref}`);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const parsed = answer.kind === 'answer' && answer.status === 200 ? answered.safeParse(answer.json) : undefined;
  if (!parsed?.success || parsed.data.candidate.id !== ref) return { kind: 'failed', answer };
  const native = nowOf(parsed.data.candidate);
  const states = statesOfPlace(context.settings, native);
  const stage = native.disqualified ? `${native.stage} (disqualified)` : native.stage;
  const elements = elementsOf(parsed.data.candidate, context.mapping).data;
  return { kind: 'shows', reading: { stage, state: states[0] ?? null, states, elements, native } };
}

/** One call with the account's token. */
export function call(
  { settings, secrets, http, signal }: WorkableContext,
  method: VendorRequest['method'],
  path: string,
  json?: unknown,
): Promise<VendorAnswer> {
  const url = `${settings.baseUrl.replace(/\/+$/, '')}${path}`;
  const headers = { authorization: `Bearer ${secrets.accessToken ?? ''}` };
  return http.request({ method, url, headers, ...(json === undefined ? {} : { json }) }, signal);
}
