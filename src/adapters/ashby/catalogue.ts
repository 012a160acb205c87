// Ashby's stages and custom fields: what is there by title and by id, and what a write into a state needs of it.
import { z } from 'zod';
import { fieldNameOf } from '../../core/dictionary/field-setting.ts';
import { limits } from '../../core/limits.ts';
import type { Catalogue, Needs } from '../port.ts';
import { type AshbyContext, call, resultsOf, statusOf } from './client.ts';
import { type AshbySettings, keepsFields, targetOf } from './settings.ts';

const planRows = z.array(z.looseObject({ id: z.string() }));
const stageRows = z.array(z.looseObject({ title: z.string(), type: z.string() }));
const fieldRows = z.array(
  z.looseObject({ id: z.string(), objectType: z.string().nullish(), isArchived: z.boolean().nullish() }),
);
const morePages = z.looseObject({ moreDataAvailable: z.literal(true), nextCursor: z.string() });

/** The titles of the stages of all published plans; of fields only where the settings name some, as they take one more permission. */
export async function catalogue(context: AshbyContext): Promise<Catalogue> {
  const plans = await pages(context, 'interviewPlan.list', planRows);
  const titles = new Set<string>();
  // One call each: of an account with that many plans, nothing is said of its stages.
  const stages = plans.length <= limits.cataloguePagesMax;
  for (const { id: interviewPlanId } of stages ? plans : [])
    for (const { title, type } of (await ask(context, 'interviewStage.list', { interviewPlanId }, stageRows)).rows)
      if (type !== 'Hired' && type !== 'Archived') titles.add(title.trim());
  const fields = Object.keys(context.settings.fields).length > 0 ? await fieldsOf(context) : null;
  return { stages: stages ? [...titles].map((name) => ({ name })) : null, fields };
}

export function needs(settings: AshbySettings, machine: string, state: string): Needs {
  const target = machine === 'application' ? targetOf(settings, state) : null;
  if (!target || !keepsFields(target)) return { stages: [], fields: [] };
  const fields = Object.entries(settings.fields).map(([element, field]) => ({ key: fieldNameOf(field), element }));
  return { stages: target.kind === 'stage' ? [target.title] : [], fields };
}

const fieldsOf = async (context: AshbyContext): Promise<{ key: string }[]> =>
  (await pages(context, 'customField.list', fieldRows))
    .filter((one) => one.objectType === 'Application' && one.isArchived !== true)
    .map((one) => ({ key: one.id }));

async function pages<Row>(context: AshbyContext, procedure: string, schema: z.ZodType<Row[]>): Promise<Row[]> {
  const all: Row[] = [];
  let from: { cursor?: string } = {};
  for (let read = 0; read < limits.cataloguePagesMax; read += 1) {
    const { rows, next } = await ask(context, procedure, { limit: 100, ...from }, schema);
    all.push(...rows);
    if (next === null) return all;
    from = { cursor: next };
  }
  throw new Error('Ashby has more pages than are read.');
}

async function ask<Row>(
  context: AshbyContext,
  procedure: string,
  body: Readonly<Record<string, unknown>>,
  schema: z.ZodType<Row[]>,
): Promise<{ rows: Row[]; next: string | null }> {
  const answer = await call(context, procedure, body);
  const parsed = schema.safeParse(resultsOf(answer));
  if (answer.kind !== 'answer' || !parsed.success)
    throw new Error(
      `Ashby could not be read: ${answer.kind === 'answer' ? `status ${statusOf(answer)}` : answer.failure}.`,
    );
  const more = morePages.safeParse(answer.json);
  return { rows: parsed.data, next: more.success ? more.data.nextCursor : null };
}
