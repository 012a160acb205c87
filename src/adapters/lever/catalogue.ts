// Lever's stages and archive reasons: what is there by id, and what a write into a state needs of it.
import { z } from 'zod';
import { limits } from '../../core/limits.ts';
import type { Catalogue, Needs } from '../port.ts';
import { call, type LeverContext } from './client.ts';
import { type LeverSettings, targetOf } from './settings.ts';

const page = z.looseObject({
  data: z.array(z.looseObject({ id: z.string() })),
  hasNext: z.boolean().optional(),
  next: z.string().nullish(),
});

/** Both go by their ids and are named in settings; Lever has no fields that we could fill in. */
export async function catalogue(context: LeverContext): Promise<Catalogue> {
  const ids = [...(await idsOf(context, '/stages')), ...(await idsOf(context, '/archive_reasons'))];
  return { stages: ids.map((id) => ({ name: id, id })), fields: null };
}

export function needs(settings: LeverSettings, machine: string, state: string): Needs {
  const target = machine === 'application' ? targetOf(settings, state) : null;
  if (!target) return { stages: [], fields: [] };
  return { stages: [target.kind === 'stage' ? target.id : target.reasonId], fields: [] };
}

async function idsOf(context: LeverContext, path: string): Promise<string[]> {
  const ids: string[] = [];
  let offset = '';
  for (let read = 0; read < limits.cataloguePagesMax; read += 1) {
    const answer = await call(context, 'GET', `${path}?limit=100${offset}`);
    const parsed = answer.kind === 'answer' && answer.status === 200 ? page.safeParse(answer.json) : undefined;
    if (!parsed?.success)
      throw new Error(
        `Lever could not be read: ${answer.kind === 'answer' ? `status ${answer.status}` : answer.failure}.`,
      );
    ids.push(...parsed.data.data.map(({ id }) => id));
    if (parsed.data.hasNext !== true || !parsed.data.next) return ids;
    offset = `&offset=${encodeURIComponent(parsed.data.next)}`;
  }
  throw new Error('Lever has more pages than are read.');
}
