// A process says that it is ready when nothing of its start can fail any more, and not before.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { startInterlock } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { freePort } from '../support/free-port.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { scratchFolder } from '../support/scratch.ts';

test('a start that fails at its last step was never ready', async () => {
  const database = await createTestDatabase();
  onTestFinished(database.drop);
  const folder = scratchFolder('interlock-ready-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const other = new pg.Client({ connectionString: database.connectionString });
  await other.connect();
  onTestFinished(() => other.end());
  // The link for the first account waits for this, and gives up.
  await other.query(`select pg_advisory_lock(hashtext('interlock first admin'))`);

  const starting = startInterlock(
    {
      ...readConfig({}),
      port,
      dataFolder: folder,
      masterKey: Buffer.alloc(32, 7),
      databaseUrl: database.connectionString,
      natsServer: 'none',
      allowUnsafeDatabase: true,
    },
    createLog('silent'),
  );
  const ended = starting.then(
    (interlock) => interlock.stop().then(() => 'started'),
    (error: unknown) => String(error),
  );
  const answers = new Set<number>();
  for (let over = false; !over; over = await Promise.race([ended.then(() => true), sleep(20, false)]))
    answers.add(
      await fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status,
        () => 0,
      ),
    );

  expect(await ended).toMatch(/lock timeout/);
  expect([...answers].sort()).toEqual([0, 503]);
}, 60_000);
