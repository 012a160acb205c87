// What a screening connection is told: whose application ids its results name, and what its event types mean.
import { z } from 'zod';

export const screeningEvents = [
  'screening.invited',
  'screening.started',
  'screening.completed',
  'screening.rescored',
  'screening.passed',
  'screening.expired',
] as const;

export const settingsSchema = z
  .object({
    /** The system (as its connection names it) whose application ids the tool sends back to us. */
    applicationSystem: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is the name of a connection, such as greenhouse-eu'),
    /** The tool's own type names to ours; `ignore` for those that say nothing about the application. */
    types: z.record(z.string().min(1).max(100), z.enum([...screeningEvents, 'ignore'])).default({}),
  })
  .strict();
export type ScreeningSettings = z.infer<typeof settingsSchema>;

/** Our event for one of the tool's types; undefined when neither the settings nor our own names know it. */
export function eventFor(
  settings: ScreeningSettings,
  type: string,
): (typeof screeningEvents)[number] | 'ignore' | undefined {
  if (Object.hasOwn(settings.types, type)) return settings.types[type];
  return screeningEvents.find((known) => known === type);
}
