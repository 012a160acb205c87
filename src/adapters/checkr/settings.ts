// What a Checkr connection is told: how a report names the new hire, whose account it is, and where people read reports.
import { z } from 'zod';

export const settingsSchema = z
  .object({
    /** The system (as its connection names it) whose ids of new hires stand in a tag of the report. */
    newHireSystem: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is the name of a connection, such as bamboohr'),
    /** What the tag begins with: `employee:` makes `employee:417` name the new hire 417. */
    tagPrefix: z.string().min(1).max(50).default('interlock:'),
    /** Only events of this account: a partner's webhook gets those of all its customers. */
    accountId: z.string().min(1).max(100).optional(),
    /** Where a person reads a report after signing in, with `{id}` in it; left out, no address is recorded. */
    reportUrl: z
      .url({ protocol: /^https$/ })
      .max(500)
      .refine((url) => url.includes('{id}') || url.includes('%7Bid%7D'), 'must contain {id}')
      .optional(),
  })
  .strict();
export type CheckrSettings = z.infer<typeof settingsSchema>;

export const reportUrlOf = ({ reportUrl }: CheckrSettings, id: string): string | undefined =>
  reportUrl?.replace(/\{id\}|%7Bid%7D/g, encodeURIComponent(id));
