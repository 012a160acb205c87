// A SmartRecruiters connection's settings, and what they say about our states and SmartRecruiters' statuses.
import { z } from 'zod';
import { stageMap, stageOf, statesOfStage } from '../stage-map.ts';

/** `IN_REVIEW`, or with a sub-status of the hiring process `IN_REVIEW / Assessment`. */
const statusName = /^([A-Z][A-Z_]*)(?: \/ (\S.*))?$/;
const ends = ['HIRED', 'REJECTED', 'WITHDRAWN', 'TRANSFERRED'];
const configuredId = z.string().regex(/^[\w-]{1,100}$/, 'The id that SmartRecruiters gives the reason.');

export const smartrecruitersSettings = z.strictObject({
  baseUrl: z.url().default('https://api.smartrecruiters.com').describe('Where the API answers.'),
  stages: stageMap
    .refine(
      (stages) => Object.values(stages).every((name) => statusName.test(name) && !ends.includes(statusOf(name).status)),
      'Statuses are written as SmartRecruiters has them, such as "NEW" or "IN_REVIEW / Assessment"; the ends have states of their own.',
    )
    .describe(
      'Our state or region to the status, or to "STATUS / Sub-status"; the most specific entry wins. A status alone stands for all of its sub-statuses that no other entry names.',
    ),
  rejectionReasonId: configuredId
    .optional()
    .describe('The reason that Interlock rejects with, where the account demands one.'),
  withdrawalReasonId: configuredId.optional().describe('The reason that Interlock writes withdrawals with, if any.'),
});
export type SmartrecruitersSettings = z.infer<typeof smartrecruitersSettings>;

export interface Status {
  status: string;
  subStatus: string | null;
}

/** What a canonical state is in SmartRecruiters; `entry` is the setting it follows from, null for the ends. */
export interface SmartrecruitersTarget extends Status {
  entry: string | null;
  reasonId: string | undefined;
}

/** Null where SmartRecruiters cannot show the state with these settings. */
export function targetOf(settings: SmartrecruitersSettings, state: string): SmartrecruitersTarget | null {
  const end = (status: string, reasonId?: string): SmartrecruitersTarget => ({
    status,
    subStatus: null,
    entry: null,
    reasonId,
  });
  if (state === 'hired') return end('HIRED');
  if (state === 'rejected') return end('REJECTED', settings.rejectionReasonId);
  if (state === 'withdrawn') return end('WITHDRAWN', settings.withdrawalReasonId);
  const entry = stageOf(settings.stages, state);
  return entry === null ? null : { ...statusOf(entry), entry, reasonId: undefined };
}

/** The entry of `stages` that a status falls under, if there is one: that of its sub-status, else that of the status alone. */
export function entryOf({ stages }: SmartrecruitersSettings, { status, subStatus }: Status): string {
  const exactly = `${status} / ${subStatus}`;
  return subStatus !== null && Object.values(stages).includes(exactly) ? exactly : status;
}

/** The canonical states that a status stands for; none when nothing is mapped to it. */
export function statesOfStatus(settings: SmartrecruitersSettings, now: Status): string[] {
  if (now.status === 'HIRED') return ['hired'];
  if (now.status === 'REJECTED') return ['rejected'];
  if (now.status === 'WITHDRAWN') return ['withdrawn'];
  return statesOfStage(settings.stages, entryOf(settings, now));
}

function statusOf(entry: string): Status {
  const [, status = '', subStatus] = statusName.exec(entry) ?? [];
  return { status, subStatus: subStatus ?? null };
}
