// What an ATS sends when it orders tests, and what it is answered: Greenhouse's assessment partner contract, word for word.
import { z } from '@hono/zod-openapi';
import { limits } from '../../core/limits.ts';
import { connectionIdSchema, plainText } from '../documented.ts';

const line = plainText(200);

export const assessmentParams = z.object({ connection: connectionIdSchema });

export const testList = z
  .array(z.object({ partner_test_id: z.string(), partner_test_name: z.string() }))
  .openapi('AssessmentTests');

/** The application's id stands in the profile's address and nowhere else. */
const profileUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((url) => applicationIn(url) !== null, 'names no application: application_id is missing');

/** Other members are let in and left alone: the vendor reserves the right to add some. */
export const sendTestRequest = z
  .looseObject({
    partner_test_id: line,
    candidate: z.looseObject({
      first_name: line,
      last_name: line,
      preferred_name: line.nullish(),
      phone_number: plainText(50).nullish(),
      email: z.email().max(254),
      greenhouse_profile_url: profileUrl,
    }),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .describe('Told, by PATCH, that the status is worth reading again'),
  })
  .openapi('SendTest');

export const sendTestAnswer = z
  .object({ partner_interview_id: z.string().describe('The order: the same for the same test and application') })
  .openapi('SentTest');

export const testStatusQuery = z.object({ partner_interview_id: plainText(limits.identifierCharsMax) });

export const testStatusAnswer = z
  .object({
    partner_status: z
      .string()
      .describe(
        '`complete` when there is a result; else `waiting`, `invited`, `started`, `expired`, `replaced` or where the application stands',
      ),
    partner_profile_url: z.string().nullable(),
    partner_score: z.number().nullable().describe('Percent of what could be reached'),
    metadata: z.record(z.string(), z.union([z.string(), z.number()])),
  })
  .openapi('TestStatus');

export const responseErrorRequest = z
  .looseObject({
    api_call: plainText(100),
    errors: z.array(z.string().max(2_000)).max(100),
    partner_interview_id: z.string().max(limits.identifierCharsMax).nullish(),
  })
  .openapi('ResponseError');

export const responseErrorAnswer = z.object({ status: z.literal(200) }).openapi('ResponseErrorTaken');

/** The application's id in a profile's address; null where there is none. */
export function applicationIn(url: string): string | null {
  const id = URL.canParse(url) ? new URL(url).searchParams.get('application_id') : null;
  return id !== null && /^[\w-]{1,100}$/.test(id) ? id : null;
}

/** Elements that come with an order. The link to the CV runs out within days, so it is not kept. */
export function candidateOf({ candidate }: z.infer<typeof sendTestRequest>): Record<string, unknown> {
  const values = {
    'candidate.firstName': candidate.first_name,
    'candidate.lastName': candidate.last_name,
    'candidate.preferredName': candidate.preferred_name,
    'candidate.email': candidate.email,
    'candidate.phone': candidate.phone_number,
    'candidate.profileUrl': candidate.greenhouse_profile_url,
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null));
}
