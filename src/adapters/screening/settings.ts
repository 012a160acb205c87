// What a screening connection is told: whose application ids its results name, what its event types mean, and how it takes orders.
import { z } from 'zod';
import { isWithin } from '../../core/machine/machine.ts';
import { proofSchema, requireHttps } from '../signed-webhook/settings.ts';

export const screeningEvents = [
  'screening.invited',
  'screening.started',
  'screening.completed',
  'screening.rescored',
  'screening.passed',
  'screening.expired',
] as const;

/** The state in which the tool is to show an invitation. */
export const invited = 'active.screening.invited';

const ordersSchema = z
  .object({
    /** Where orders are posted, as Standard Webhooks. */
    url: z.url({ protocol: /^https?$/ }).max(2_000),
    /** How the tool proves that it has the order; a bare 200 proves nothing. */
    confirm: proofSchema,
    /** What the tool gets of the candidate: as little as an invitation needs. */
    elements: z
      .array(z.string().min(1).max(100))
      .max(100)
      .default(['candidate.firstName', 'candidate.lastName', 'candidate.email']),
    /** Order for everybody who comes to be invited, not only where a test was ordered here. */
    every: z.boolean().default(false),
    /** The tool's own ids of tests, by the ids under which they are ordered; where there is none, the latter. */
    tests: z.record(z.string().min(1).max(100), z.string().min(1).max(200)).default({}),
  })
  .strict();

export const settingsSchema = z
  .object({
    /** The system (as its connection names it) whose application ids the tool sends back to us. */
    applicationSystem: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is the name of a connection, such as greenhouse-eu'),
    /** The tool's own type names to ours; `ignore` for those that say nothing about the application. */
    types: z.record(z.string().min(1).max(100), z.enum([...screeningEvents, 'ignore'])).default({}),
    /** Left out: nothing is written to the tool. */
    orders: ordersSchema.optional(),
    /** Allow plain http and private addresses for orders: only for a tool in the same network. */
    allowPrivate: z.boolean().default(false),
  })
  .strict()
  .superRefine(({ orders, allowPrivate }, check) => {
    if (orders && !allowPrivate) requireHttps(orders, ['orders'], check);
  });
export type ScreeningSettings = z.infer<typeof settingsSchema>;

export const takesOrders = ({ orders }: ScreeningSettings, machine: string, state: string): boolean =>
  orders !== undefined && machine === 'application' && isWithin(state, invited);

/** Our event for one of the tool's types; undefined when neither the settings nor our own names know it. */
export function eventFor(
  settings: ScreeningSettings,
  type: string,
): (typeof screeningEvents)[number] | 'ignore' | undefined {
  if (Object.hasOwn(settings.types, type)) return settings.types[type];
  return screeningEvents.find((known) => known === type);
}
