// The adapter's SETUP.md, with this connection's address filled in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../project-folder.ts';

/** Markdown; null where the installation comes without the guides. */
export function setupGuide(adapter: string, address: string): string | null {
  try {
    return readFileSync(join(projectFolder, 'src', 'adapters', adapter, 'SETUP.md'), 'utf8')
      .replaceAll('{webhookUrl}', address)
      .replaceAll('{assessmentUrl}', address.replace(/\/hooks\/([^/]*)$/, '/assessment/$1'))
      .trimEnd();
  } catch {
    return null;
  }
}
