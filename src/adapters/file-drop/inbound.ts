// A row as the service hands it over, in our words: a claim of the states that its stage stands for. Pure.
import { z } from 'zod';
import { fingerprint } from '../../core/canonical-json.ts';
import { keptOut, readFields } from '../../core/dictionary/mapping.ts';
import type { FileRow } from '../files.ts';
import type { TranslateContext, Translation } from '../port.ts';
import { readMapping } from './fields.ts';
import { type FileDropSettings, statesFor } from './settings.ts';

const rowSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{16,64}$/),
  said: z.object({ reference: z.string().min(1), stage: z.string().min(1), moment: z.iso.datetime() }),
  row: z.record(z.string(), z.string()),
});

/** `id` stands for what the row says: the same for the same, wherever it comes again. */
export const payloadOf = (
  { cells, reference, stage, moment }: Extract<FileRow, { kind: 'row' }>,
  id: string,
): z.infer<typeof rowSchema> => ({ id, said: { reference, stage, moment }, row: { ...cells } });

export function translate(payload: unknown, context: TranslateContext<FileDropSettings>): Translation[] {
  const parsed = rowSchema.safeParse(payload);
  if (!parsed.success)
    return [
      {
        kind: 'quarantined',
        externalId: `row:${fingerprint(payload ?? null).slice(0, 32)}`,
        reason: 'row_not_understood',
        detail: 'This is no row of a file',
      },
    ];
  const { id, said } = parsed.data;
  const { settings } = context;
  const externalId = `row:${id}`;
  const targets = statesFor(settings, said.stage);
  if (targets.length === 0)
    return [
      {
        kind: 'quarantined',
        externalId,
        reason: 'unknown_stage',
        stage: said.stage,
        detail: "The stage of this row stands for no state; add it to the connection's stages and replay",
      },
    ];
  const read = readFields(readMapping(settings, context.mapping), 'row', parsed.data);
  return [
    {
      kind: 'event',
      externalId,
      machine: settings.machine,
      ref: said.reference,
      by: settings.speaksAs,
      claim: { kind: 'stage', targets },
      occurredAt: said.moment,
      data: read.data,
      ...keptOut(read),
    },
  ];
}
