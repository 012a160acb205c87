// Greenhouse's stages and custom fields: what is there by name, and what a write into a state needs of it.
import { z } from 'zod';
import { fieldNameOf } from '../../core/dictionary/field-setting.ts';
import { limits } from '../../core/limits.ts';
import type { Catalogue, Needs } from '../port.ts';
import { call, type GreenhouseContext } from './client.ts';
import { type GreenhouseSettings, targetOf } from './settings.ts';

const stageRows = z.array(z.looseObject({ id: z.number(), name: z.string(), active: z.boolean().nullish() }));
const fieldRows = z.array(
  z.looseObject({ name_key: z.string(), field_type: z.string().nullish(), active: z.boolean().nullish() }),
);

/** The names of the active stages of all jobs, and the keys of the active custom fields of applications. */
export async function catalogue(context: GreenhouseContext): Promise<Catalogue> {
  const stages = await pages(context, '/v3/job_interview_stages?per_page=500', stageRows);
  const fields = await pages(context, '/v3/custom_fields?field_type=application&per_page=500', fieldRows);
  return {
    // Stages are per job; settings speak of their names, and deleted ones stay in the list.
    stages:
      stages?.filter((one) => one.active !== false).map(({ name, id }) => ({ name: name.trim(), id: String(id) })) ??
      null,
    fields:
      fields
        ?.filter((one) => one.active !== false && (one.field_type ?? 'application') === 'application')
        .map((one) => ({ key: one.name_key })) ?? null,
  };
}

export function needs(settings: GreenhouseSettings, machine: string, state: string): Needs {
  const target = machine === 'application' ? targetOf(settings, state) : null;
  if (target?.kind !== 'stage') return { stages: [], fields: [] };
  return {
    stages: [target.name],
    fields: Object.entries(settings.fields).map(([element, field]) => ({ key: fieldNameOf(field), element })),
  };
}

/** Follows `Link: rel="next"`, whose cursor must be the only parameter; of the address only that is trusted. Null where the credential may not list these. */
async function pages<Row>(context: GreenhouseContext, first: string, rows: z.ZodType<Row[]>): Promise<Row[] | null> {
  const all: Row[] = [];
  let path: string | null = first;
  for (let page = 0; path !== null; page += 1) {
    if (page >= limits.cataloguePagesMax) throw new Error('Greenhouse has more pages than are read.');
    const answer = await call(context, 'GET', path);
    if (answer.kind === 'answer' && answer.status === 403 && page === 0) return null;
    const parsed = answer.kind === 'answer' && answer.status === 200 ? rows.safeParse(answer.json) : undefined;
    if (answer.kind !== 'answer' || !parsed?.success)
      throw new Error(
        `Greenhouse could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`,
      );
    all.push(...parsed.data);
    path = nextPage(first, answer.headers.link);
  }
  return all;
}

function nextPage(first: string, link: string | undefined): string | null {
  const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  const cursor = next === undefined ? null : new URL(next, 'https://greenhouse.invalid').searchParams.get('cursor');
  return cursor === null ? null : `${first.split('?')[0]}?cursor=${encodeURIComponent(cursor)}`;
}
