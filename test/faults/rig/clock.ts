// Wrong clocks: libfaketime, where it is installed, shifts the wall clock of one process and leaves its timers alone.
import { existsSync } from 'node:fs';

const libraries = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/local/lib/faketime/libfaketime.so.1',
];

const library = libraries.find((path) => existsSync(path));

/** False: clocks cannot be skewed here, which a tier lists under `skipped`. */
export const canSkewClocks = library !== undefined;

/** The environment of a process whose clock is so many seconds off; nothing for zero. */
export const clockEnvironment = (offsetSeconds: number): Record<string, string> =>
  library === undefined || offsetSeconds === 0
    ? {}
    : {
        LD_PRELOAD: library,
        FAKETIME: `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}s`,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
        FAKETIME_NO_CACHE: '1',
      };
