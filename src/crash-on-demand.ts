// Has this process kill itself where INTERLOCK_CRASH_POINT says: what the fault campaign arms from outside.
import type { Config } from './config.ts';
import { armCrash, type CrashPoint } from './core/crash-points.ts';

/** Undefined unless a test asked for it, so that nothing below pays more than that look. SIGKILL: no handler, no flush, no farewell. */
export function crashOnDemand({ crashPoint }: Pick<Config, 'crashPoint'>): CrashPoint | undefined {
  return crashPoint ? armCrash(crashPoint, () => process.kill(process.pid, 'SIGKILL')) : undefined;
}
