// The first start on an empty database, broken off in its middle: what it leaves behind, and that the next start makes good.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { machineDefinitions } from '../../../machines/index.ts';
import { dumpSchema } from '../../../src/store/database/dump-schema.ts';
import { freePort } from '../../support/free-port.ts';
import { type Child, createChild } from '../rig/child.ts';
import type { Ground } from '../rig/ground.ts';
import { startRigNats } from '../rig/nats.ts';
import { withClient } from '../rig/postgres.ts';
import { type Case, rolesOf } from './places.ts';
import { armed, wrongDeath } from './victim.ts';

export interface Broken {
  /** Migrated by the second start, with the clients of the template in it. */
  database: string;
  violations: string[];
  /** From the spawn of the second start until it was ready, ms. */
  recoveryMs: number;
}

/** Starts, lets it die, starts again, and compares what is there with the template. Throws when it did not die at its point. */
export async function breakFirstStart(ground: Ground, one: Case, name: string): Promise<Broken> {
  const database = `rig_${name}`;
  const folder = join(ground.folder, name, 'first-start');
  mkdirSync(folder, { recursive: true });
  await withClient(ground.postgres.addressOf('postgres'), (client) =>
    client.query(`create database ${database} template template0 strategy file_copy`),
  );
  const address = ground.postgres.addressOf(database);
  const none = await dumpSchema(address);
  const all = await dumpSchema(ground.postgres.addressOf('rig_template'));
  await using nats = await startRigNats(join(folder, 'nats'), await freePort());
  const deaths: string[] = [];
  const child = createChild({
    name: one.part,
    build: ground.build,
    folder,
    port: await freePort(),
    environment: {
      INTERLOCK_ROLES: rolesOf(one.part),
      INTERLOCK_DATA_DIR: join(folder, 'data'),
      INTERLOCK_MASTER_KEY: ground.masterKey,
      INTERLOCK_ALLOW_UNSAFE_DATABASE: 'true',
      DATABASE_URL: address,
      NATS_URL: nats.url,
    },
    restarts: false,
    onDeath: (what) => deaths.push(what),
  });
  try {
    child.start(armed(one));
    const wrong = await wrongDeath(one, child, deaths, new Promise(() => {}));
    if (wrong) return { database, violations: [wrong], recoveryMs: 0 };
    const left = await dumpSchema(address);
    const recoveryMs = await startAgain(child);
    const violations = [
      // Migrations are one transaction.
      ...(left === none || left === all ? [] : ['a start that died left half a schema behind']),
      ...(one.name.startsWith('migration.') && left !== none
        ? ['migrations were committed before they were all done']
        : []),
      ...((await dumpSchema(address)) === all ? [] : ['the second start did not bring the schema up to date']),
      ...(await wrongVersions(address)),
    ];
    await copyClients(ground.postgres.addressOf('rig_template'), address);
    return { database, violations, recoveryMs };
  } finally {
    await child.kill();
  }
}

async function startAgain(child: Child): Promise<number> {
  const from = performance.now();
  child.start();
  await child.ready();
  return performance.now() - from;
}

/** Every released machine once, and one dictionary. */
async function wrongVersions(address: string): Promise<string[]> {
  const { rows } = await withClient(address, (client) =>
    client.query<{ machines: string[]; dictionaries: number }>(
      `select (select coalesce(array_agg(machine || '.v' || version order by 1), '{}') from machine_version) as machines,
         (select count(*)::int from dictionary_version) as dictionaries`,
    ),
  );
  const { machines = [], dictionaries = 0 } = rows[0] ?? {};
  const wanted = machineDefinitions.map(({ id, version }) => `${id}.v${version}`).sort();
  return machines.sort().join() === wanted.join() && dictionaries === 1
    ? []
    : [`on record are ${machines.join()} and ${dictionaries} dictionaries, not ${wanted.join()} and one`];
}

/** So that the rig's clients, who are in every clone of the template, are known here too. */
async function copyClients(from: string, to: string): Promise<void> {
  const { rows } = await withClient(from, (client) => client.query('select to_jsonb(c) as client from client c'));
  await withClient(to, (client) =>
    client.query(
      'insert into client select (jsonb_populate_record(null::client, one)).* from jsonb_array_elements($1) one',
      [JSON.stringify(rows.map((row: { client: unknown }) => row.client))],
    ),
  );
}
