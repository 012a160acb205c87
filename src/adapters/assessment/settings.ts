// What an assessment connection is told: which tests the ATS may order, from which tool each comes, and where results are read.
import { z } from 'zod';
import { testIdPattern } from '../../core/deciding/order-id.ts';

const connectionName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is the name of a connection');

export const settingsSchema = z
  .object({
    /** The system (as its connection names it) whose application ids stand in the profile addresses that come with an order. */
    applicationSystem: connectionName,
    /** Tests by the ids that the ATS gets: the name it lists, and the connection of the tool that the test is ordered from. */
    tests: z.record(
      z.string().regex(testIdPattern, 'is letters, digits, hyphens and underscores, at most 63'),
      z.object({ name: z.string().min(1).max(200), tool: connectionName }).strict(),
    ),
    /** Where people read a result whose tool told no address, with `{interview}` in it. */
    resultUrl: z
      .url({ protocol: /^https$/ })
      .max(500)
      .refine((url) => placeholder.test(url), 'must contain {interview}'),
    /** Tell the ATS when a result is there; without, it has to ask. */
    callback: z.boolean().default(true),
    /** Hosts, with all below them, that may be told: the address comes with the order. */
    callbackHosts: z.array(z.string().min(1).max(253)).min(1).max(20).default(['greenhouse.io']),
    /** Allow plain http and private addresses for callbacks: only for an ATS in the same network. */
    allowPrivate: z.boolean().default(false),
  })
  .strict();
export type AssessmentSettings = z.infer<typeof settingsSchema>;

const placeholder = /\{interview\}|%7Binterview%7D/;

/** Where people read the result of this order. */
export const resultUrlOf = ({ resultUrl }: AssessmentSettings, interview: string): string =>
  resultUrl.replace(new RegExp(placeholder, 'g'), encodeURIComponent(interview));

/** False for an address that nobody may have us call. */
export function mayCall({ callbackHosts, allowPrivate }: AssessmentSettings, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate)) return false;
  return callbackHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}
