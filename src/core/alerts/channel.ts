// Where alerts go: what a channel is told by its owner, and as much of it as may be shown.
import { z } from 'zod';

const address = z.email().max(254);

export const channelSchema = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('webhook'),
      url: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .describe('Where alerts are posted; kept encrypted'),
      signingSecret: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
        .optional()
        .describe('What alerts are signed with (Standard Webhooks); made, and shown once, where it is absent'),
      allowPrivate: z.boolean().default(false).describe('Allow plain http and addresses in your own network'),
    })
    .strict()
    .refine((one) => one.allowPrivate || one.url.startsWith('https:'), {
      path: ['url'],
      message: 'must be https; set allowPrivate for a receiver in your own network',
    }),
  z
    .object({
      kind: z.literal('mail'),
      to: z.array(address).min(1).max(10).describe('Who is written to; kept encrypted'),
    })
    .strict(),
]);
export type ChannelTerms = z.infer<typeof channelSchema>;

/** What a list may show: the host of an address and the domains of mail, for both may hold secrets or people's names. */
export function shownPlace(terms: ChannelTerms): string {
  if (terms.kind === 'webhook') return new URL(terms.url).host;
  return terms.to.map((one) => `…@${one.slice(one.lastIndexOf('@') + 1)}`).join(', ');
}
