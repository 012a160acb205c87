// The one thing of ours that Lever shows beside the stage: a note with the elements that the settings name. The latest one counts.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';
import type { Work } from '../port.ts';
import { call, type LeverContext } from './client.ts';
import type { LeverSettings } from './settings.ts';

/** Tells our notes from everybody else's. */
const heading = 'Interlock';
const pagesMax = 10;
/** So that nobody takes a share of what could be reached for anything else. */
const scales: Readonly<Record<string, string>> = { 'screening.score': ' of 100' };

const notePage = z.looseObject({
  data: z.array(
    z.looseObject({
      createdAt: z.number().catch(0),
      deletedAt: z.number().nullish(),
      fields: z.array(z.looseObject({ value: z.unknown().optional() })).catch([]),
    }),
  ),
  hasNext: z.boolean().optional(),
  next: z.string().nullish(),
});
type Note = z.infer<typeof notePage>['data'][number];

/** What the note must say; null when the work carries nothing for it. */
export function noteOf({ elements }: Work, { noteElements }: LeverSettings): string | null {
  const lines = noteElements.flatMap((name) => {
    const value = elements[name];
    if (value === null || value === undefined) return [];
    return [`${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}${scales[name] ?? ''}`];
  });
  return lines.length === 0 ? null : [heading, ...lines].join('\n');
}

/** The latest of our notes that was not deleted; `text` is null when there is none. */
export async function latestNote(
  ref: string,
  context: LeverContext,
): Promise<{ text: string | null } | { failed: VendorAnswer }> {
  const ours: Note[] = [];
  let offset: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const path: string = `/opportunities/${ref}/notes?limit=100${offset === null ? '' : `&offset=${encodeURIComponent(offset)}`}`;
    const answer = await call(context, 'GET', path);
    const parsed = answer.kind === 'answer' && answer.status === 200 ? notePage.safeParse(answer.json) : undefined;
    if (!parsed?.success) return { failed: answer };
    ours.push(...parsed.data.data.filter((note) => !note.deletedAt && textOf(note)?.startsWith(`${heading}\n`)));
    offset = parsed.data.next ?? null;
    if (parsed.data.hasNext !== true || offset === null) break;
  }
  const [latest] = ours.sort((a, b) => b.createdAt - a.createdAt);
  return { text: latest ? textOf(latest) : null };
}

function textOf({ fields }: Note): string | null {
  const value = fields[0]?.value;
  return typeof value === 'string' ? value.trim() : null;
}
