// The large database of a measurement: filled once in its folder, brought to where a service that had run all along would be, and kept.
import { join } from 'node:path';
import pg from 'pg';
import { sealNow } from '../../../src/services/log/seal-log.ts';
import { keepStateCounts, keepTallies } from '../../../src/services/reports/keep-tallies.ts';
import { startEmbeddedPostgres } from '../../../src/store/embedded/start.ts';
import { createTestContext } from '../../support/context.ts';
import { keepLargeHistory } from '../../support/large-history/keep.ts';
import { regions } from '../../support/large-history/plan.ts';
import { addressOfOwner, makeOwner, owner } from '../postgres.ts';

export interface History {
  /** Open ones. */
  subjects: number;
  transitions: number;
  refill: boolean;
}

/** The name of the database. */
export const history = 'history';

/** So many can be found, opened and erased; the others have copies of their values. */
const sealed = 20_000;

/** Makes it where it is missing. The server runs without fsync meanwhile, and is stopped again. */
export async function makeHistory(folder: string, wanted: History, log: (line: string) => void): Promise<void> {
  const server = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), fsync: false, log: () => {} });
  try {
    const address = new URL(server.connectionString);
    address.pathname = `/${history}`;
    const connectionString = addressOfOwner(address.href);
    await makeOwner(server.connectionString);
    const filled = await keepLargeHistory(address.href, {
      ...wanted,
      sealed,
      log,
      owner: { name: owner, connectionString },
    });
    if (filled) await settle(address.href);
    await catchUp(connectionString, log);
  } finally {
    await server.stop();
  }
}

/** Its systems belong to its regions and rest, so that the season has the same two vendors as on an empty database. */
async function settle(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(`update connection set status = 'paused', scope = $1`, [{ regions }]);
  } finally {
    await client.end();
  }
}

/** What the service does behind the events: hours counted, the log sealed. */
async function catchUp(connectionString: string, log: (line: string) => void): Promise<void> {
  await using service = await createTestContext({ connectionString });
  const { context } = service;
  const timed = async (name: string, round: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    while (await round());
    log(`${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  };
  await timed('counted hours', () => keepTallies(context));
  await timed('merged counts', () => keepStateCounts(context));
  await timed('sealed', () => sealNow(context));
}
