// What an alert rule may say: what is watched, from which value on somebody should know, and how often she is told.
import { z } from 'zod';
import { limits } from '../limits.ts';
import { machineNames } from '../machine/definition.ts';

/** Rules and channels are called by a name that their owner gives them, as connections are. */
export const alertNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63');

const connection = alertNameSchema.optional().describe('Only this connection; absent: each by itself');
const word = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}@]+$/u, 'must be one line without control characters or addresses');
const minutes = z.number().int().min(0).max(limits.alertMinutesMax);
const windowMinutes = z
  .number()
  .int()
  .min(5)
  .max(24 * 60)
  .default(60)
  .describe(`Of the writebacks born within it, the newest ${limits.alertWritesMax.toLocaleString('en-GB')} at most`);
const atLeast = z.number().int().min(1).max(limits.alertCountMax).default(1);
const share = z.number().gt(0).max(1);

/** As `stuckCauses` of the reports has them; a test compares the two. */
export const alertCauses = [
  'late_against_sla',
  'write_unconfirmed',
  'systems_disagree',
  'event_missing',
  'incident_open',
] as const;

export const conditionSchema = z.discriminatedUnion('watches', [
  z
    .object({
      watches: z.literal('stuck'),
      cause: z.enum(alertCauses).optional().describe('Absent: all causes together'),
      machine: z.enum(machineNames).optional(),
      state: word.optional().describe('Subjects that are in this state or within it; goes with machine'),
      owner: word.optional().describe('Whose turn it is'),
      connection: alertNameSchema.optional(),
      olderThanMinutes: minutes.default(0).describe('Counted only after it has been stuck for so long'),
      atLeast,
    })
    .strict()
    .refine((one) => one.state === undefined || one.machine !== undefined, {
      path: ['machine'],
      message: 'goes with state: a state belongs to a machine',
    }),
  z
    .object({
      watches: z.literal('confirmed_rate'),
      connection,
      windowMinutes,
      volumeMin: z.number().int().min(1).max(1_000_000).default(20).describe('Of fewer nothing is said'),
      below: share.default(0.95),
    })
    .strict(),
  z
    .object({
      watches: z.literal('latency_p95'),
      connection,
      windowMinutes,
      volumeMin: z.number().int().min(1).max(1_000_000).default(20).describe('Of fewer nothing is said'),
      aboveSeconds: z.number().positive().max(604_800).default(300),
    })
    .strict(),
  z.object({ watches: z.literal('circuit_open'), connection }).strict(),
  z.object({ watches: z.literal('dead_letters'), connection, atLeast }).strict(),
  z.object({ watches: z.literal('seal_lag'), aboveSeconds: z.number().positive().max(604_800).default(120) }).strict(),
  z.object({ watches: z.literal('quarantined'), connection, atLeast }).strict(),
  z
    .object({
      watches: z.literal('agreement'),
      connection,
      below: share.default(0.98),
      pairsMin: z.number().int().min(1).max(1_000_000).default(50).describe('Of fewer nothing is said'),
    })
    .strict(),
]);
export type Condition = z.infer<typeof conditionSchema>;
export type Watched = Condition['watches'];

export const severities = ['warning', 'critical'] as const;

export const termsSchema = z
  .object({
    severity: z.enum(severities).default('warning'),
    forMinutes: minutes.default(0).describe('Told only after it has been so for as long as this'),
    calmMinutes: minutes.default(5).describe('Over only after it has been well for as long as this'),
    repeatAfterMinutes: z
      .number()
      .int()
      .min(5)
      .max(limits.alertMinutesMax)
      .default(240)
      .describe('Told again after so long, as long as it lasts'),
    channels: z
      .union([z.literal('all'), z.array(alertNameSchema).max(limits.alertChannelsMax)])
      .default('all')
      .describe('Where it is told'),
  })
  .strict();
export type Terms = z.infer<typeof termsSchema>;

export interface Rule {
  id: string;
  enabled: boolean;
  condition: Condition;
  terms: Terms;
}

/** A figure as it was found. `about`: the connection it is of, or empty. Null where there is too little to say anything. */
export interface Reading {
  about: string;
  value: number | null;
  /** Out of how many, where that matters. */
  volume: number | null;
}

/** Whether this value is one that somebody should know of. */
export function isBreached(condition: Condition, value: number | null): boolean {
  if (value === null) return false;
  switch (condition.watches) {
    case 'stuck':
    case 'dead_letters':
    case 'quarantined':
      return value >= condition.atLeast;
    case 'circuit_open':
      return value >= 1;
    case 'confirmed_rate':
    case 'agreement':
      return value < condition.below;
    case 'latency_p95':
    case 'seal_lag':
      return value > condition.aboveSeconds;
  }
}
