// The test suite: `core` needs nothing; `service` runs on a real embedded Postgres (and NATS where it is on PATH); `acceptance` and `held` on whole services.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { TimeReporter } from './test/support/time-reporter.ts';

/** Held to times, so they run one after the other when all others are done. */
const held = [
  'test/acceptance/crash.test.ts',
  'test/acceptance/signals.test.ts',
  'test/acceptance/stop.test.ts',
  'test/http/hostile.test.ts',
  'test/http/stall.test.ts',
  'test/services/loops.test.ts',
];
/** Minutes each: `npm run faults` is their command, and `FAULTS=1 npm test` takes them along. */
const campaigns = process.env.FAULTS
  ? []
  : [
      'test/faults/schedules.test.ts',
      'test/faults/soak.test.ts',
      'test/faults/crash-points.test.ts',
      'test/faults/erasure.test.ts',
    ];
/** Where no earlier run has left its times, these begin: a long one that comes last leaves the other workers idle. */
const long = [
  'console/browser',
  'console/escaping',
  'services/loops',
  'services/records',
  'console/find-and-act',
  'services/looks',
  'console/shortcuts',
  'services/reconcile',
  'cli/new-adapter',
  'services/file-drop',
  'services/lever-and-ashby',
  'services/field-conflicts',
  'cli/data-folder',
  'acceptance/python-worker',
].map((name) => new RegExp(`/test/${name}\\.test\\.tsx?$`));

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((one) => one.test(moduleId));
      return found < 0 ? long.length : found;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map((one) => one.project.name))];
    return projects.flatMap((name) =>
      sorted.filter((one) => one.project.name === name).sort((a, b) => rank(a) - rank(b)),
    );
  }
}

/** Tests wait for vendors, timers and processes as much as they work: a worker more than most machines' least has cores. */
const maxWorkers = 3;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // `TIMES=1 npm test` says at the end where the time went.
    ...(process.env.TIMES ? { reporters: ['default', new TimeReporter()] } : {}),
    projects: [
      {
        test: {
          name: 'core',
          // Nothing here keeps state of its own: modules are loaded once for all files of a worker, not once for each.
          isolate: false,
          // Enough for a machine that does much else; what hangs is over in time all the same.
          testTimeout: 20_000,
          hookTimeout: 60_000,
          // These only compute.
          maxWorkers: 2,
          // Projects of one number share their workers; numbers come one after the other.
          sequence: { groupOrder: 0 },
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
          maxWorkers,
          // As below: where it counts, a machine that was busy for a moment is asked once more; what is broken breaks twice.
          retry: process.env.CI ? 1 : 0,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'acceptance',
          isolate: false,
          include: ['test/acceptance/**/*.test.ts', 'test/faults/**/*.test.ts'],
          exclude: [...campaigns, ...held],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers,
          // A machine that does much else may be late once; what is broken breaks twice.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'held',
          isolate: false,
          include: held,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
