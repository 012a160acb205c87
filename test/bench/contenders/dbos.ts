// DBOS as a transactional outbox, its best form: a transaction per event that calls DBOS's own SQL function to enqueue the delivery,
// on a queue partitioned by application, with a step per vendor.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { counted, openTables, serveEvents, takeEvent, vendors, write } from './by-hand.ts';
import { environment } from './contender.ts';

const queue = 'writeback';
const pool = await openTables();
const quiet = { info() {}, debug() {}, warn() {}, error() {} };

DBOS.registerWorkflow(
  async (application: string, seq: number, state: string) => {
    for (const vendor of vendors)
      await DBOS.runStep(() => write(vendor, application, seq, state), {
        name: vendor,
        retriesAllowed: true,
        maxAttempts: 10,
      });
  },
  { name: 'deliver' },
);
DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: environment('DATABASE_URL'),
  systemDatabasePoolSize: 20,
  logger: quiet,
});
await DBOS.launch();
await DBOS.registerQueue(queue, { partitionConcurrency: 1, minPollingIntervalMs: 100 });

serveEvents(
  (event) =>
    takeEvent(pool, event, (client, { subject, id }, seq, state) =>
      client.query(
        `select dbos.enqueue_workflow('deliver', '${queue}', array[to_json($1::text), to_json($2::int), to_json($3::text)],
           workflow_id => $4, queue_partition_key => $1, application_name => 'bench')`,
        [subject, seq, state, id],
      ),
    ),
  counted(pool, `select count(*)::int n from dbos.workflow_status where status in ('ENQUEUED', 'PENDING', 'DELAYED')`),
);
