// What a signed-webhook connection is told: where to post, which states the receiver wants, and how it proves that it shows them.
import { z } from 'zod';
import { machineNames } from '../../core/machine/definition.ts';
import { isWithin } from '../../core/machine/machine.ts';

const address = z.url({ protocol: /^https?$/ }).max(2_000);
const placeholders = /\{(ref|subject)\}/g;

/** How a receiver proves what it shows. */
export const proofSchema = z.discriminatedUnion('mode', [
  /** It answers 2xx with `{"shows": "<state>"}`. */
  z.object({ mode: z.literal('receipt') }).strict(),
  /** Read afterwards at `url`, with `{ref}` or `{subject}` in it; it answers `{"state": "<state>"}`. */
  z
    .object({
      mode: z.literal('read'),
      url: address.refine((url) => url.search(placeholders) >= 0, 'must contain {ref} or {subject}'),
    })
    .strict(),
]);

export const settingsSchema = z
  .object({
    /** Where events are posted. */
    url: address,
    /** Allow plain http and private addresses: only for a receiver in the same network. */
    allowPrivate: z.boolean().default(false),
    machine: z.enum(machineNames).default('application'),
    /** States or whole regions the receiver wants to hear of. */
    states: z.array(z.string().min(1).max(200)).min(1).max(200),
    /** Elements it gets along with them: as few as it needs. */
    elements: z.array(z.string().min(1).max(100)).max(100).default([]),
    /** How it is proven that the receiver shows the state; a bare 200 proves nothing. */
    confirm: proofSchema,
  })
  .strict()
  .superRefine((settings, check) => {
    if (!settings.allowPrivate) requireHttps(settings, [], check);
  });
export type SignedWebhookSettings = z.infer<typeof settingsSchema>;

/** An issue for each address that is plain http. */
export function requireHttps(
  { url, confirm }: { url: string; confirm: z.infer<typeof proofSchema> },
  at: readonly string[],
  check: z.core.$RefinementCtx,
): void {
  const urls: [string[], string][] = [[['url'], url]];
  if (confirm.mode === 'read') urls.push([['confirm', 'url'], confirm.url]);
  for (const [path, address] of urls) {
    if (address.startsWith('https:')) continue;
    check.addIssue({
      code: 'custom',
      path: [...at, ...path],
      message: 'must be https; set allowPrivate for a receiver in your own network',
    });
  }
}

/** What is known of a subject when it is read: its id here, and the receiver's own. */
export interface Ids {
  ref: string | null;
  subject: string | null;
}

/** The address to read at, or null when it needs an id that is not known. */
export function readUrl(template: string, ids: Ids): string | null {
  let complete = true;
  const url = template.replace(placeholders, (_, name: keyof Ids) => {
    complete &&= ids[name] !== null;
    return encodeURIComponent(ids[name] ?? '');
  });
  return complete ? url : null;
}

export const wants = (settings: SignedWebhookSettings, machine: string, state: string): boolean =>
  machine === settings.machine && settings.states.some((region) => isWithin(state, region));
