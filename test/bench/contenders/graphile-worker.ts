// The same transaction per event; write-backs are graphile-worker jobs, one named queue per application and vendor.
import { Logger, run } from 'graphile-worker';
import { counted, openTables, serveEvents, takeEvent, vendors, write } from './by-hand.ts';
import { environment } from './contender.ts';

interface Job {
  application: string;
  vendor: string;
  seq: number;
  state: string;
}

const pool = await openTables();
await run({
  preset: {
    worker: {
      connectionString: environment('DATABASE_URL'),
      maxPoolSize: 20,
      concurrentJobs: 32,
      pollInterval: 500,
      // What its documentation advises for throughput.
      localQueue: { size: 64 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => () => {}),
    },
  },
  taskList: {
    deliver: async (payload) => {
      const { application, vendor, seq, state } = payload as Job;
      const status = await write(vendor, application, seq, state);
      await pool.query(
        `insert into writeback (application_id, vendor, seq, state, status, http_status, done_at)
         values ($1, $2, $3, $4, 'done', $5, now()) on conflict do nothing`,
        [application, vendor, seq, state, status],
      );
    },
  },
});

serveEvents(
  (event) =>
    takeEvent(pool, event, (client, { subject }, seq, state) =>
      client.query(
        `select graphile_worker.add_job('deliver', json_build_object('application', $1::text, 'vendor', v, 'seq', $2::int, 'state', $3::text),
           queue_name := $1 || ':' || v) from unnest($4::text[]) v`,
        [subject, seq, state, vendors],
      ),
    ),
  counted(pool, 'select count(*)::int n from graphile_worker.jobs'),
);
