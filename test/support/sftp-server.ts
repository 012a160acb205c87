// A real SFTP server over a folder of this machine, with a host key of its own: for tests alone.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import ssh2, { type SFTPWrapper } from 'ssh2';

const { Server, utils } = ssh2;
const { STATUS_CODE, OPEN_MODE } = utils.sftp;

export interface SftpServer extends AsyncDisposable {
  port: number;
  /** As `ssh-keygen -lf` prints it. */
  hostKey: string;
  /** Connections that came to a sign-in, and those that were let in. */
  asked: number;
  admitted: number;
}

/** `publicKey`: in OpenSSH form; whoever signs with its private key is let in, beside whoever knows the password. */
export async function startSftpServer(
  folder: string,
  account: { username: string; password: string; publicKey?: string },
): Promise<SftpServer> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const known = account.publicKey ? utils.parseKey(account.publicKey) : null;
  const hostKey = `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
  const figures = { asked: 0, admitted: 0 };
  const clients = new Set<ssh2.Connection>();
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    clients.add(client);
    client.on('error', () => {});
    client.on('close', () => clients.delete(client));
    client.on('authentication', (request) => {
      figures.asked += request.method === 'none' ? 0 : 1;
      const byPassword =
        request.method === 'password' && request.username === account.username && request.password === account.password;
      const byKey =
        request.method === 'publickey' &&
        known !== null &&
        !(known instanceof Error) &&
        request.key.data.equals(known.getPublicSSH()) &&
        (!request.signature || known.verify(request.blob as Buffer, request.signature, request.hashAlgo) === true);
      if (byPassword || byKey) request.accept();
      else request.reject(['password', 'publickey']);
    });
    client.on('ready', () => {
      figures.admitted += 1;
      client.on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(acceptSftp(), folder)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey,
    get asked() {
      return figures.asked;
    },
    get admitted() {
      return figures.admitted;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Answered = {
  handle?: FileHandle;
  entries?: { filename: string; longname: string; attrs: ReturnType<typeof attrsOf> }[];
};

function serve(sftp: SFTPWrapper, folder: string): void {
  const open_ = new Map<number, Answered>();
  let next = 0;
  const at = (path: string): string => join(folder, normalize(join('/', path)));
  const keep = (one: Answered): Buffer => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next);
    open_.set(next, one);
    next += 1;
    return handle;
  };
  const of = (handle: Buffer): Answered => open_.get(handle.readUInt32BE(0)) ?? {};
  const answer = (id: number, work: () => Promise<void>): void =>
    void work().catch((error: NodeJS.ErrnoException) =>
      sftp.status(
        id,
        error.code === 'ENOENT'
          ? STATUS_CODE.NO_SUCH_FILE
          : error.code === 'EACCES'
            ? STATUS_CODE.PERMISSION_DENIED
            : STATUS_CODE.FAILURE,
      ),
    );
  const ok = (id: number): void => sftp.status(id, STATUS_CODE.OK);
  const stat = (id: number, path: string): void =>
    answer(id, async () => sftp.attrs(id, attrsOf(await lstat(at(path)))));
  sftp.on('REALPATH', (id, path) =>
    sftp.name(id, [{ filename: normalize(join('/', path)), longname: '', attrs: attrsOf() }]),
  );
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('FSTAT', (id, handle) => answer(id, async () => sftp.attrs(id, attrsOf(await of(handle).handle?.stat()))));
  sftp.on('OPENDIR', (id, path) =>
    answer(id, async () => {
      const names = await readdir(at(path));
      const entries = await Promise.all(
        names.map(async (filename) => {
          const stats = await lstat(join(at(path), filename));
          const kind = stats.isDirectory() ? 'd' : stats.isSymbolicLink() ? 'l' : '-';
          return {
            filename,
            longname: `${kind}rw-r--r-- 1 0 0 ${stats.size} Jan 1 00:00 ${filename}`,
            attrs: attrsOf(stats),
          };
        }),
      );
      sftp.handle(id, keep({ entries }));
    }),
  );
  sftp.on('READDIR', (id, handle) => {
    const one = of(handle);
    const { entries = [] } = one;
    one.entries = [];
    if (entries.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, entries);
  });
  sftp.on('OPEN', (id, path, flags) =>
    answer(id, async () => sftp.handle(id, keep({ handle: await open(at(path), modeOf(flags), 0o644) }))),
  );
  sftp.on('READ', (id, handle, offset, length) =>
    answer(id, async () => {
      const read = await of(handle).handle?.read(Buffer.alloc(length), 0, length, offset);
      if (!read || read.bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, read.buffer.subarray(0, read.bytesRead));
    }),
  );
  sftp.on('WRITE', (id, handle, offset, data) =>
    answer(id, async () => {
      await of(handle).handle?.write(data, 0, data.length, offset);
      ok(id);
    }),
  );
  sftp.on('CLOSE', (id, handle) =>
    answer(id, async () => {
      await of(handle).handle?.close();
      open_.delete(handle.readUInt32BE(0));
      ok(id);
    }),
  );
  const done = (id: number, work: Promise<unknown>): void =>
    answer(id, async () => {
      await work;
      ok(id);
    });
  sftp.on('RENAME', (id, from, to) => done(id, rename(at(from), at(to))));
  sftp.on('REMOVE', (id, path) => done(id, unlink(at(path))));
  sftp.on('MKDIR', (id, path) => done(id, mkdir(at(path))));
  sftp.on('SETSTAT', (id) => ok(id));
  sftp.on('FSETSTAT', (id) => ok(id));
}

const attrsOf = (stats?: Stats) => ({
  mode: stats?.mode ?? 0o40755,
  uid: 0,
  gid: 0,
  size: stats?.size ?? 0,
  atime: Math.floor((stats?.atimeMs ?? 0) / 1_000),
  mtime: Math.floor((stats?.mtimeMs ?? 0) / 1_000),
});

function modeOf(flags: number): number {
  const writes = (flags & OPEN_MODE.WRITE) !== 0;
  const reads = (flags & OPEN_MODE.READ) !== 0;
  return (
    (writes ? (reads ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY) |
    (flags & OPEN_MODE.CREAT ? constants.O_CREAT : 0) |
    (flags & OPEN_MODE.TRUNC ? constants.O_TRUNC : 0)
  );
}
