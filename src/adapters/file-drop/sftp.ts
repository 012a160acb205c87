// Folders of an SFTP server whose host key is the one that was pinned.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';
import type SftpClient from 'ssh2-sftp-client';
import { limits } from '../../core/limits.ts';
import { FileFault, type FoundFile, type Place } from '../files.ts';
import { guardedSocket } from './sftp-socket.ts';

export interface SftpAccount {
  host: string;
  port: number;
  username: string;
  hostKey: string;
  path: string;
  allowPrivate: boolean;
  password?: string | undefined;
  privateKey?: string | undefined;
  passphrase?: string | undefined;
}

/** Signed in. Everything that is under way fails when the signal comes, or the connection breaks. Throws `FileFault`. */
export async function openSftp(account: SftpAccount, signal: AbortSignal): Promise<Place> {
  signal.throwIfAborted();
  const { host, port, allowPrivate } = account;
  const socket = await guardedSocket({ host, port, allowPrivate, timeoutMs: limits.vendorTimeoutMs });
  const end = (): void => void socket.destroy();
  signal.addEventListener('abort', end, { once: true });
  // Loaded where it is needed: most processes never speak SFTP.
  const { default: Client } = await import('ssh2-sftp-client');
  const client = new Client('interlock', { error: () => {}, end: () => {}, close: () => {} });
  const pinned = { refused: false };
  try {
    const session = await client.connect({
      sock: socket,
      username: account.username,
      readyTimeout: limits.vendorTimeoutMs,
      keepaliveInterval: limits.vendorTimeoutMs,
      ...(account.privateKey
        ? { privateKey: account.privateKey, ...(account.passphrase ? { passphrase: account.passphrase } : {}) }
        : { password: account.password ?? '' }),
      hostVerifier: (key: Buffer) => {
        pinned.refused = !isPinned(key, account.hostKey);
        return !pinned.refused;
      },
    });
    return placeOf(client, session, account.path.replace(/\/$/, ''), () => {
      signal.removeEventListener('abort', end);
      end();
    });
  } catch (error) {
    signal.removeEventListener('abort', end);
    end();
    throw new FileFault(pinned.refused ? 'host_key' : isRefusal(error) ? 'unauthorised' : 'unreachable');
  }
}

/** As `ssh-keygen -lf` writes fingerprints. */
function isPinned(key: Buffer, wanted: string): boolean {
  const shown = Buffer.from(`SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`);
  const pinned = Buffer.from(wanted);
  return shown.length === pinned.length && timingSafeEqual(shown, pinned);
}

const isRefusal = (error: unknown): boolean => /authentication methods failed/i.test(String((error as Error)?.message));

function placeOf(client: SftpClient, session: SFTPWrapper, base: string, end: () => void): Place {
  const at = (folder: string, name?: string): string => {
    if (name !== undefined && (name.includes('/') || name === '..')) throw new FileFault('not_allowed');
    return [base, folder, ...(name === undefined ? [] : [name])].join('/');
  };
  return {
    async list(folder) {
      const found = await client.list(at(folder)).catch(fault);
      return found.filter(isPlain).slice(0, limits.filesListedMax).map(described);
    },
    async read(folder, name) {
      const path = at(folder, name);
      if ((await client.exists(path).catch(fault)) !== '-') throw new FileFault('no_file');
      return client.createReadStream(path) as unknown as Readable;
    },
    async write(folder, name, content) {
      await made(client, at(folder));
      await client.put(content, at(folder, name)).catch(fault);
      await flush(session, at(folder, name));
    },
    async rename(from, to) {
      if ((await client.exists(at(from.folder, from.name)).catch(fault)) === false) return 'missing';
      await made(client, at(to.folder));
      if ((await client.exists(at(to.folder, to.name)).catch(fault)) !== false) return 'taken';
      await client.rename(at(from.folder, from.name), at(to.folder, to.name)).catch(fault);
      return 'renamed';
    },
    has: async (folder, name) => (await client.exists(at(folder, name)).catch(fault)) !== false,
    async close() {
      await Promise.race([client.end().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
      end();
    },
  };
}

const isPlain = ({ type, name }: SftpClient.FileInfo): boolean =>
  type === '-' && !name.startsWith('.') && !name.includes('/');

const described = ({ name, size, modifyTime }: SftpClient.FileInfo): FoundFile => ({
  name,
  bytes: size,
  modifiedMs: modifyTime,
});

async function made(client: SftpClient, path: string): Promise<void> {
  if ((await client.exists(path).catch(fault)) === false) await client.mkdir(path).catch(fault);
}

/** Where the server knows how (`fsync@openssh.com`); else its word has to do. */
function flush(session: SFTPWrapper, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    session.open(path, 'r+', (error, handle) => {
      if (error) return reject(new FileFault('failed'));
      const close = (): void => session.close(handle, () => resolve());
      try {
        session.ext_openssh_fsync(handle, close);
      } catch {
        close();
      }
    });
  });
}

/** Codes of the SFTP draft, section 7: 2 no such file, 3 permission denied. */
function fault(error: unknown): never {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 2 || code === 'ENOENT' || code === 'ERR_BAD_PATH') throw new FileFault('no_file');
  throw new FileFault(code === 3 || code === 'EACCES' ? 'not_allowed' : 'failed');
}
