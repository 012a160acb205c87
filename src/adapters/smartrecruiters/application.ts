// What SmartRecruiters shows for one application, in its own words and in ours, and who it is about.
import { z } from 'zod';
import { readFields, type SystemMapping } from '../../core/dictionary/mapping.ts';
import type { ReadResult } from '../apply.ts';
import type { VendorAnswer, VendorRequest } from '../http.ts';
import type { Reading, VendorContext } from '../port.ts';
import { nameIn } from './ref.ts';
import { type SmartrecruitersSettings, type Status, statesOfStatus } from './settings.ts';

export type SmartrecruitersContext = VendorContext<SmartrecruitersSettings>;

const text = z.string().nullish();
const shownApplication = z.looseObject({
  status: z.string().min(1),
  subStatus: text,
});

/** Elements that are told only with the status that they belong to. */
const onlyWith: ReadonlyMap<string, string> = new Map([
  ['offer.startDate', 'HIRED'],
  ['rejection.reason', 'REJECTED'],
  ['withdrawal.reason', 'WITHDRAWN'],
]);
/** A rejection needs a reason with us, and need not have one there. */
const notGiven = new Map([['REJECTED', { 'rejection.reason': 'not given in SmartRecruiters' }]]);

/** `withPerson`: with who it is about, which costs a second request; webhooks bring no names. */
export async function readApplication(
  ref: string,
  withPerson: boolean,
  context: SmartrecruitersContext,
): Promise<ReadResult<Status>> {
  const name = nameIn(ref);
  if (!name) return { kind: 'missing' };
  const answer = await call(context, 'GET', `/candidates/${name.candidateId}/jobs/${name.jobId}`);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const parsed =
    answer.kind === 'answer' && answer.status === 200 ? shownApplication.safeParse(answer.json) : undefined;
  if (!parsed?.success) return { kind: 'failed', answer };
  const reading = readingOf(parsed.data, context.settings);
  if (!withPerson) return { kind: 'shows', reading };

  const person = await call(context, 'GET', `/candidates/${name.candidateId}`);
  if (person.kind !== 'answer' || person.status !== 200 || person.json === undefined)
    return { kind: 'failed', answer: person };
  const elements = elementsOf(parsed.data, person.json, context.mapping);
  return { kind: 'shows', reading: { ...reading, elements } };
}

function elementsOf(
  application: z.infer<typeof shownApplication>,
  candidate: unknown,
  mapping: SystemMapping,
): Record<string, unknown> {
  const { data } = readFields(mapping, 'application', { application, candidate });
  const told = Object.entries(data).filter(
    ([name]) => (onlyWith.get(name) ?? application.status) === application.status,
  );
  return { ...notGiven.get(application.status), ...Object.fromEntries(told) };
}

function readingOf(shown: z.infer<typeof shownApplication>, settings: SmartrecruitersSettings): Reading<Status> {
  const native = { status: shown.status, subStatus: shown.subStatus?.trim() || null };
  const states = statesOfStatus(settings, native);
  const stage = native.subStatus === null ? native.status : `${native.status} / ${native.subStatus}`;
  return { stage, state: states[0] ?? null, states, native };
}

/** One call with the account's key. */
export function call(
  { settings, secrets, http, signal }: SmartrecruitersContext,
  method: VendorRequest['method'],
  path: string,
  json?: unknown,
): Promise<VendorAnswer> {
  const url = `${settings.baseUrl.replace(/\/+$/, '')}${path}`;
  const headers = { 'x-smarttoken': secrets.apiKey ?? '' };
  return http.request({ method, url, headers, ...(json === undefined ? {} : { json }) }, signal);
}
