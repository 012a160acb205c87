// A process on a machine whose clock is wrong, and is set while it runs.
import { expect, test } from 'vitest';
import { createClock } from '../../src/core/clock.ts';
import { limits } from '../../src/core/limits.ts';
import { followClock } from '../../src/services/follow-clock.ts';
import { createTestContext } from '../support/context.ts';

test("a process keeps the database's time, whatever its machine says, and tells once that it is off", async () => {
  await using service = await createTestContext();
  const told: unknown[] = [];
  const log = {
    info: () => {},
    error: () => {},
    warn: (fields: Record<string, unknown>) => void told.push(fields.offMs),
  };
  const steady = (): number => performance.now();
  let off = -7_200_000;
  const own = (): number => Date.now() + off;
  const clock = createClock(steady, own());
  const look = followClock(clock, steady, own, log);

  expect(Math.abs(clock.now() - Date.now())).toBeGreaterThan(7_000_000);
  for (let times = 0; times < 3; times += 1) await look(service.context.database.engine);
  // The database runs on this machine.
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(limits.clockOffMs);
  expect(told).toHaveLength(1);

  off = 3_600_000;
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(limits.clockOffMs);
  off = 0;
  await look(service.context.database.engine);
  expect(told).toHaveLength(1);
});
