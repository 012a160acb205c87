// A small disk for one server's data, where this machine allows to mount one: to be filled to the last byte and emptied again.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanAtExit } from './reaper.ts';

export interface SmallDisk {
  /** Takes all space that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  unmount(): void;
}

/** False where nobody may mount: disks are then never full, which a tier lists under `skipped`. */
export const canMountDisks = tryOnce();

/** Mounts a tmpfs of so many MiB over the folder; null where that is not allowed. */
export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0755`, 'tmpfs', folder]);
  if (mounted.status !== 0) return null;
  const ballast = join(folder, 'ballast');
  const unmount = (): void => {
    forget();
    // Lazily: a server that was just killed may still hold a file.
    spawnSync('umount', ['-l', folder]);
  };
  const forget = cleanAtExit(unmount);
  return {
    fill() {
      const file = openSync(ballast, 'a');
      const piece = Buffer.alloc(256 * 1024);
      for (let size = piece.length; size >= 512; size = Math.floor(size / 2))
        writeUntilFull(file, piece.subarray(0, size));
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    unmount,
  };
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    // Bounded by the disk.
    for (;;) if (writeSync(file, piece) < piece.length) return;
  } catch {
    // No space is left, which was the point.
  }
}

function tryOnce(): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  const folder = mkdtempSync(join(tmpdir(), 'interlock-disk-'));
  const disk = mountSmallDisk(folder, 1);
  disk?.unmount();
  rmdirSync(folder);
  return disk !== null;
}
