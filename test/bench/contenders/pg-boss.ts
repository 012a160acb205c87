// The same transaction per event; write-backs are pg-boss jobs of a strict first-in-first-out queue whose key is application and vendor.
import { PgBoss } from 'pg-boss';
import { counted, openTables, serveEvents, takeEvent, vendors, write } from './by-hand.ts';
import { environment } from './contender.ts';

interface Job {
  application: string;
  vendor: string;
  seq: number;
  state: string;
}

const queue = 'writeback';
const pool = await openTables();
const boss = new PgBoss({ connectionString: environment('DATABASE_URL'), max: 20, useListenNotify: true });
boss.on('error', (error: unknown) => {
  throw error;
});
await boss.start();
await boss.createQueue(queue, { policy: 'key_strict_fifo', notify: true, retryLimit: 10 });
await boss.work<Job>(
  queue,
  {
    batchSize: 50,
    localConcurrency: 1,
    perJobResults: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  },
  (jobs) =>
    Promise.all(
      jobs.map(async ({ id, data: { application, vendor, seq, state } }) => ({
        id,
        status: 'completed' as const,
        // The durable record of a write-back is the completed job.
        output: { http: await write(vendor, application, seq, state) },
      })),
    ),
);

serveEvents(
  (event) =>
    takeEvent(pool, event, (client, { subject }, seq, state) =>
      boss.insert(
        queue,
        vendors.map((vendor) => ({
          data: { application: subject, vendor, seq, state },
          singletonKey: `${subject}:${vendor}`,
        })),
        { db: { executeSql: (text: string, values: unknown[]) => client.query(text, values) } },
      ),
    ),
  counted(pool, `select count(*)::int n from pgboss.job where name = '${queue}' and state < 'completed'`),
);
