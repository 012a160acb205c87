// A file that is through is moved out of the way, or remembered where it may not be moved.
import { FileFault, type InboundTerms } from '../../adapters/files.ts';
import { changeFile, type FileInRow } from '../../store/files/files.ts';
import type { Context } from '../context.ts';
import type { FileWork } from './exchange-files.ts';

/** To `done` below its folder. Until that is on record it is tried again; a file that is not there any more has been moved. */
export async function putAway(context: Context, work: FileWork, terms: InboundTerms, row: FileInRow): Promise<void> {
  const name = fileName(context, row);
  if (name !== null && terms.afterwards === 'move') await moveAside(work, terms, row.id, name);
  await changeFile(context.database.engine, row.id, { put_away: true });
}

/** Null once its time is over. */
export const fileName = (
  { vault }: Pick<Context, 'vault'>,
  { id, name_ct }: Pick<FileInRow, 'id' | 'name_ct'>,
): string | null => (name_ct === null ? null : (vault.unsealSecrets(id, name_ct).name ?? null));

async function moveAside({ place }: FileWork, terms: InboundTerms, id: string, name: string): Promise<void> {
  const from = { folder: terms.folder, name };
  const done = `${terms.folder}/done`;
  try {
    const moved = await place.rename(from, { folder: done, name });
    // The same name came before, as it does every night at some.
    if (moved === 'taken') await place.rename(from, { folder: done, name: `${id.slice(-10)}-${name}` });
    if (terms.complete.by === 'marker') {
      const marker = name + terms.complete.suffix;
      await place.rename({ folder: terms.folder, name: marker }, { folder: done, name: `${id.slice(-10)}-${marker}` });
    }
  } catch (error) {
    if (!(error instanceof FileFault) || !leftThere.has(error.code)) throw error;
  }
}

/** Folders that may only be read: the record alone says that the file is done. */
const leftThere: ReadonlySet<string> = new Set(['read_only', 'not_allowed']);
