// The test suite: `core` needs nothing; `service` runs on a real embedded Postgres (and NATS where it is on PATH); `acceptance` on whole services.
import { defineConfig } from 'vitest/config';

/** Held to times as the acceptance tests are, so they run as those do. */
const held = ['test/http/hostile.test.ts', 'test/http/stall.test.ts'];
/** Minutes each: `npm run faults` is their command, and `FAULTS=1 npm test` takes them along. */
const campaigns = process.env.FAULTS
  ? []
  : [
      'test/faults/schedules.test.ts',
      'test/faults/soak.test.ts',
      'test/faults/crash-points.test.ts',
      'test/faults/erasure.test.ts',
    ];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'core',
          // Nothing here keeps state of its own: modules are loaded once for all files of a worker, not once for each.
          isolate: false,
          // Enough for a machine that does much else; what hangs is over in time all the same.
          testTimeout: 20_000,
          include: [
            'test/core/**/*.test.ts',
            'test/adapters/*.test.ts',
            'test/certify/*.test.ts',
            'test/machines/**/*.test.ts',
            'test/tidy.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'service',
          // As above: a context and a database are made by each test for itself, and what is kept beside them is the same for all.
          isolate: false,
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [
            'test/core/**',
            'test/adapters/*.test.ts',
            'test/certify/**',
            'test/machines/**',
            'test/tidy.test.ts',
            'test/acceptance/**',
            'test/faults/**',
            ...held,
          ],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // As below: where it counts, a machine that was busy for a moment is asked once more; what is broken breaks twice.
          retry: process.env.CI ? 1 : 0,
          // Projects with workers of their own number run one after the other.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'acceptance',
          include: ['test/acceptance/**/*.test.ts', 'test/faults/**/*.test.ts', ...held],
          exclude: campaigns,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // One file at a time and after all others: these start whole services and hold them to times.
          maxWorkers: 1,
          // A machine that does much else may be late once; what is broken breaks twice.
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
