// What a CodeSignal connection is told: whose application ids come back with a session, and under which address CodeSignal calls.
import { z } from 'zod';

export const settingsSchema = z
  .object({
    /** The system (as its connection names it) whose application ids were given to CodeSignal as `externalId`. */
    applicationSystem: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is the name of a connection, such as greenhouse-eu'),
    /** The address as it is entered in CodeSignal, character for character: only where a proxy makes it another one than Interlock's own. */
    endpointUrl: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional(),
    /** Read every result at CodeSignal before it is recorded, rather than believe what the webhook says of it. Needs `apiKey`. */
    readBack: z.boolean().default(false),
    /** Where results are read: only for an address other than CodeSignal's own. */
    apiUrl: z.url({ protocol: /^https?$/ }).default('https://app.codesignal.com/graphql'),
    /** Allow plain http and private addresses for that. */
    allowPrivate: z.boolean().default(false),
  })
  .strict();
export type CodeSignalSettings = z.infer<typeof settingsSchema>;
