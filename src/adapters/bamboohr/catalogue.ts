// BambooHR's employee fields and the options of its status list: what is there, and what a write into a state needs of it.
import { z } from 'zod';
import { fieldNameOf } from '../../core/dictionary/field-setting.ts';
import type { VendorAnswer } from '../http.ts';
import type { Catalogue, Needs, VendorContext } from '../port.ts';
import { authorization } from './locate.ts';
import { type BambooHrSettings, baseUrlOf, states, statusFor } from './settings.ts';

const id = z.union([z.string(), z.number()]).transform(String);
const fieldRows = z.array(z.looseObject({ id, alias: z.string().nullish(), deprecated: z.boolean().nullish() }));
const listRows = z.array(
  z.looseObject({
    fieldId: id.nullish(),
    alias: z.string().nullish(),
    options: z.array(z.looseObject({ name: z.string().nullish(), archived: z.string().nullish() })).nullish(),
  }),
);

export async function catalogue(context: VendorContext<BambooHrSettings>): Promise<Catalogue> {
  const fields = await read(context, '/meta/fields', fieldRows);
  const lists = await read(context, '/meta/lists', listRows);
  const { statusField } = context.settings;
  // A status that is no list takes any text.
  const list = lists.find((one) => one.alias === statusField || one.fieldId === statusField);
  return {
    stages: list?.options?.flatMap((one) => (one.name && one.archived !== 'yes' ? [{ name: one.name }] : [])) ?? null,
    fields: fields
      .filter((one) => one.deprecated !== true)
      .flatMap((one) => [{ key: one.id }, ...(one.alias ? [{ key: one.alias }] : [])]),
  };
}

export function needs(settings: BambooHrSettings, machine: string, state: string): Needs {
  const status = machine === 'application' ? statusFor(settings, state) : undefined;
  if (status === undefined) return { stages: [], fields: [] };
  const mapped = state === states.accepted ? Object.entries(settings.fields) : [];
  return {
    stages: status === null ? [] : [status],
    fields: [
      { key: settings.keyField },
      ...(status === null ? [] : [{ key: settings.statusField }]),
      ...mapped.map(([element, field]) => ({ key: fieldNameOf(field), element })),
    ],
  };
}

async function read<Body>(
  context: VendorContext<BambooHrSettings>,
  path: string,
  body: z.ZodType<Body>,
): Promise<Body> {
  const request = {
    method: 'GET',
    url: `${baseUrlOf(context.settings)}${path}`,
    headers: authorization(context),
  } as const;
  const answer: VendorAnswer = await context.http.request(request, context.signal);
  const parsed = answer.kind === 'answer' && answer.status === 200 ? body.safeParse(answer.json) : undefined;
  if (parsed?.success) return parsed.data;
  throw new Error(
    `BambooHR could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`,
  );
}
