// `npx tsx test/console/page-timings.ts`: how long every page takes on a large history while events flow in.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../src/store/embedded/start.ts';
import { keepLargeHistory } from '../support/large-history/keep.ts';
import { measurePages, type PageTiming } from './page-timings/measure.ts';

const usage = `npx tsx test/console/page-timings.ts [--subjects N] [--transitions N] [--rounds N] [--events N] [--page TEXT] [--folder DIR] [--refill] [--keep] [--json]

  --subjects     open ones (100000)
  --transitions  of them and of those that ended (1000000)
  --rounds       requests of each page (40); none finds anything that was remembered from the one before
  --events       posted per second meanwhile (20); 0 for none
  --page         only pages whose address contains this
  --folder       where the database lies; what was filled to the same sizes is migrated and used again
  --refill       fill it anew, as when a migration was edited
  --keep         leave the database running and say its address, for EXPLAIN
  --json         one JSON document on standard output
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      subjects: { type: 'string', default: '100000' },
      transitions: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '40' },
      events: { type: 'string', default: '20' },
      page: { type: 'string' },
      folder: { type: 'string' },
      refill: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const numbers = [values.subjects, values.transitions, values.rounds, values.events];
  if (values.help || numbers.some((text) => !/^\d+$/.test(text))) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  const [subjects, transitions, rounds, events] = numbers.map(Number) as [number, number, number, number];
  const folder = resolve(values.folder ?? join(tmpdir(), `interlock-timings-${subjects}-${transitions}`));
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const postgres = await startEmbeddedPostgres({ folder, fsync: false, log });
  try {
    await keepLargeHistory(postgres.connectionString, { subjects, transitions, refill: values.refill, log });
    const timings = await measurePages(postgres.connectionString, {
      rounds,
      events,
      wants: (page) => page.includes(values.page ?? ''),
      log,
    });
    process.stdout.write(values.json ? `${JSON.stringify(timings, null, 2)}\n` : table(timings));
    if (values.keep) {
      log(`The database answers at ${postgres.connectionString} until this is ended with Ctrl-C.`);
      await new Promise((end) => process.once('SIGINT', end));
    }
    return timings.every((one) => one.p95Ms <= boundMs(one.page)) ? 0 : 1;
  } finally {
    await postgres.stop();
  }
}

/** Must be kept by every page; a file of up to ten thousand rows is none. */
const pageMsMax = 100;
const fileMsMax = 1_000;
const boundMs = (page: string): number => (/\.csv\b/.test(page) ? fileMsMax : pageMsMax);

function table(timings: readonly PageTiming[]): string {
  const lines = timings.map(
    ({ page, status, p50Ms, p95Ms, maxMs, bytes, note }) =>
      `${p95Ms > boundMs(page) ? '!' : ' '} ${p50Ms.toFixed(0).padStart(6)} ${p95Ms.toFixed(0).padStart(6)} ${maxMs.toFixed(0).padStart(6)} ${(bytes / 1024).toFixed(0).padStart(6)}  ${status}  ${page}${note === undefined ? '' : `  (${note})`}`,
  );
  return `${['  p50 ms p95 ms max ms     KB', ...lines].join('\n')}\n`;
}

process.exitCode = await main();
