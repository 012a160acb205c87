// Reads one test session at CodeSignal's GraphQL API: where it stands, and its score.
import { z } from 'zod';
import type { Reading, VendorContext } from '../port.ts';
import { resultOf } from './result.ts';
import type { CodeSignalSettings } from './settings.ts';

const query = 'query($id: ID!) { companyTestSession(id: $id) { id status maxScore result { score url } } }';

/** `TestSessionStatus` to the state it stands for; `deleted` stands for none. */
const states: Readonly<Record<string, string>> = {
  pending: 'active.screening.invited',
  active: 'active.screening.started',
  gracePeriod: 'active.screening.started',
  over: 'active.screening.completed',
  expired: 'active.screening.expired',
};

const answerSchema = z.looseObject({
  errors: z.array(z.unknown()).max(0).nullish(),
  data: z.looseObject({
    companyTestSession: z
      .looseObject({
        id: z.string(),
        status: z.string().max(50),
        maxScore: z.number().nullish(),
        result: z.looseObject({ score: z.number().nullish(), url: z.string().nullish() }).nullish(),
      })
      .nullable(),
  }),
});

/** Null when there is no such session. Throws when it could not be read. */
export async function readSession(ref: string, context: VendorContext<CodeSignalSettings>): Promise<Reading | null> {
  const { settings, secrets, http, signal, mapping } = context;
  if (!settings.readBack) return null;
  const headers = { authorization: `Bearer ${secrets.apiKey ?? ''}` };
  const json = { query, variables: { id: ref } };
  const answer = await http.request({ method: 'POST', url: settings.apiUrl, headers, json }, signal);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? answerSchema.safeParse(answer.json) : undefined;
  if (!parsed?.success)
    throw new Error(
      `CodeSignal could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`,
    );
  const session = parsed.data.data.companyTestSession;
  if (session === null || session.id !== ref) return null;
  const { status, maxScore, result } = session;
  const found = status === 'over' ? resultOf({ ...result, maxScore }, mapping) : null;
  return {
    stage: status,
    state: states[status] ?? null,
    native: null,
    ...(found?.ok ? { elements: found.read.data } : {}),
  };
}
