// A Lever connection's settings, and what they say about our states, Lever's stages and its archive reasons.
import { z } from 'zod';
import { aliasesFit, aliasesRule, elementName, stageAliases, stageMap, stageOf } from '../stage-map.ts';

/** Built-in stages have words for ids (`applicant-new`), all else has UUIDs. */
const leverId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'is an id of Lever, not a name');

const meanings = ['rejected', 'withdrawn', 'hired'] as const;
/** What it means that an opportunity is archived. */
export type ArchivedAs = (typeof meanings)[number];

const reasons = z
  .strictObject({
    rejected: z.array(leverId).min(1).max(100),
    withdrawn: z.array(leverId).max(100).default([]),
    hired: z.array(leverId).max(100).default([]),
  })
  .refine(
    ({ rejected, withdrawn, hired }) =>
      new Set([...rejected, ...withdrawn, ...hired]).size === rejected.length + withdrawn.length + hired.length,
    'An archive reason has one meaning: name each once.',
  );

const shape = z.strictObject({
  baseUrl: z.url().default('https://api.lever.co/v1').describe('Where the Lever API answers.'),
  performAs: leverId.describe('The Lever user in whose name writes are made.'),
  stages: stageMap
    .refine(
      (stages) => Object.values(stages).every((id) => leverId.safeParse(id).success),
      'Lever stages go by their ids.',
    )
    .describe('Our state or region to the ID of the Lever stage; the most specific entry wins.'),
  sameAs: stageAliases.describe('Further stages by id, each with the one of "stages" that it stands for the same as.'),
  archiveReasons: reasons.describe(
    'Ids of the archive reasons by what they mean. Interlock archives with the first of each list; an empty list is not written.',
  ),
  cleanInterviews: z.boolean().default(false).describe('Remove pending interviews when archiving.'),
  noteElements: z
    .array(elementName)
    .max(20)
    .default([])
    .describe('Elements that a note on the opportunity shall show; Lever has no fields to put them in.'),
});
export const leverSettings = shape.refine(aliasesFit, aliasesRule);
export type LeverSettings = z.infer<typeof leverSettings>;

/** What a canonical state is in Lever. */
export type LeverTarget = { kind: 'stage'; id: string } | { kind: 'archived'; reasonId: string; as: ArchivedAs };

/** Null where Lever cannot show the state with these settings. */
export function targetOf(settings: LeverSettings, state: string): LeverTarget | null {
  const as = meanings.find((one) => one === state);
  if (as) {
    const reasonId = settings.archiveReasons[as][0];
    return reasonId === undefined ? null : { kind: 'archived', reasonId, as };
  }
  const id = stageOf(settings.stages, state);
  return id === null ? null : { kind: 'stage', id };
}

/** Null for a reason that the settings do not name: it may be one that hires. */
export const meaningOf = ({ archiveReasons }: LeverSettings, reasonId: string): ArchivedAs | null =>
  meanings.find((as) => archiveReasons[as].includes(reasonId)) ?? null;
