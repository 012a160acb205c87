// Folders of this machine, below the one that was opened for them; links lead nowhere.
import { constants, type createReadStream, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '../../core/limits.ts';
import { FileFault, type FileFaultCode, type FilePath, type FoundFile, type Place } from '../files.ts';

/** `path` is relative and without dots in front. Throws `FileFault` without a root, and for a path that leaves it or goes through a link. */
export async function openFolder(root: string | null, path: string): Promise<Place> {
  if (root === null) throw new FileFault('no_root');
  const base = await folderBelow(root, path);
  const at = (folder: string): Promise<string> => folderBelow(base, folder);
  return {
    list: async (folder) => listIn(await at(folder)),
    read: async (folder, name) => readIn(await at(folder), plain(name)),
    async write(folder, name, content) {
      await flushed(await made(base, folder), plain(name), content);
    },
    async rename(from, to) {
      const target = await made(base, to.folder);
      return moved({ folder: await at(from.folder), name: plain(from.name) }, { folder: target, name: plain(to.name) });
    },
    has: async (folder, name) => (await statOf(join(await at(folder), plain(name)))) !== null,
    async close() {},
  };
}

/** The real path, which must be the very one that was named. */
async function folderBelow(base: string, path: string): Promise<string> {
  const real = await realpath(base).catch(fault);
  const wanted = join(real, path);
  if (!wanted.startsWith(`${real}/`)) throw new FileFault('outside_root');
  if ((await realpath(wanted).catch(fault)) !== wanted) throw new FileFault('outside_root');
  if (!(await lstat(wanted).catch(fault)).isDirectory()) throw new FileFault('no_folder');
  return wanted;
}

/** `done` and `errors` are made where they lack. */
async function made(base: string, folder: string): Promise<string> {
  const parent = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '';
  const above = parent === '' ? base : await folderBelow(base, parent);
  const missing = (await statOf(join(above, folder.slice(parent === '' ? 0 : parent.length + 1)))) === null;
  if (missing) await mkdir(join(above, folder.slice(parent === '' ? 0 : parent.length + 1))).catch(fault);
  return folderBelow(base, folder);
}

async function listIn(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(fault)) {
    if (!entry.isFile() || entry.name.startsWith('.') || found.length >= limits.filesListedMax) continue;
    const stats = await statOf(join(folder, entry.name));
    if (stats) found.push({ name: entry.name, bytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs) });
  }
  return found;
}

/** A link that took the file's place since it was listed is refused by the system itself. */
async function readIn(folder: string, name: string): Promise<ReturnType<typeof createReadStream>> {
  const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(fault);
  if (!(await handle.stat()).isFile()) {
    await handle.close();
    throw new FileFault('not_allowed');
  }
  return handle.createReadStream();
}

async function flushed(folder: string, name: string, content: Buffer): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const handle = await open(join(folder, name), flags, 0o640).catch(fault);
  await withHandle(handle, async () => {
    await handle.writeFile(content);
    await handle.sync();
  });
  await flushFolder(folder);
}

/** One step, so that a crash leaves the one name or the other. Names that are taken are never ours to replace. */
async function moved(from: FilePath, to: FilePath): Promise<'renamed' | 'missing' | 'taken'> {
  const [source, target] = [join(from.folder, from.name), join(to.folder, to.name)];
  if ((await statOf(source)) === null) return 'missing';
  if ((await statOf(target)) !== null) return 'taken';
  await rename(source, target).catch(fault);
  await flushFolder(to.folder);
  if (from.folder !== to.folder) await flushFolder(from.folder);
  return 'renamed';
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(fault);
  await withHandle(handle, () => handle.sync());
}

async function withHandle(handle: FileHandle, use: () => Promise<void>): Promise<void> {
  try {
    await use().catch(fault);
  } finally {
    await handle.close();
  }
}

async function statOf(path: string): Promise<Stats | null> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : fault(error)));
}

/** Names come from a listing, and from us. */
function plain(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) throw new FileFault('not_allowed');
  return name;
}

const codes: Readonly<Record<string, FileFaultCode>> = {
  ENOENT: 'no_file',
  ENOTDIR: 'no_folder',
  EACCES: 'not_allowed',
  EPERM: 'not_allowed',
  EROFS: 'read_only',
  ELOOP: 'not_allowed',
};

function fault(error: NodeJS.ErrnoException): never {
  throw error instanceof FileFault ? error : new FileFault(codes[error.code ?? ''] ?? 'failed');
}
