// Keeps to the database's time of day: all processes of a deployment agree on it, whatever the clock of their machine says or jumps to.
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { databaseClock } from '../store/database/clock.ts';
import type { Db } from '../store/database/database.ts';
import type { Log } from './context.ts';

/** One look; rejects when the database cannot be asked. Says so once when this machine's own clock is off by more than `limits.clockOffMs`. */
export function followClock(
  clock: Clock,
  steady: () => number,
  own: () => number,
  log: Log,
): (db: Db) => Promise<void> {
  let told = false;
  return async (db) => {
    const askedAt = steady();
    const time = Date.parse(await databaseClock(db));
    clock.set(time, askedAt, steady());
    const offMs = Math.round(own() - clock.now());
    const isOff = Math.abs(offMs) > limits.clockOffMs;
    if (isOff && !told)
      log.warn(
        { offMs },
        "this machine's clock differs from the database's, which is the one that counts; set it right",
      );
    told = isOff;
  };
}
