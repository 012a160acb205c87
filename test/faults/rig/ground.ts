// What seeds on one core of the machine share, because it is slow to make: a Postgres with a template, the clients in it, a build.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { layoutDiagram } from '../../../src/console/diagram/layout.ts';
import { idMaker } from '../../../src/core/ids.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { keepLayout, keepMachineVersion } from '../../../src/store/log/machine-versions.ts';
import { realHashes } from '../../support/hash-prices.ts';
import { mountSmallDisk, type SmallDisk } from './disk.ts';
import { type RigPostgres, startRigPostgres } from './postgres.ts';

export interface ClientCredentials {
  id: string;
  secret: string;
}

export interface Ground extends AsyncDisposable {
  folder: string;
  /** As `buildProgram` made it. */
  build: string;
  postgres: RigPostgres;
  /** What Postgres's data lie on, when asked for and possible. */
  disk: SmallDisk | null;
  masterKey: string;
  clients: Record<'ats' | 'portal', ClientCredentials>;
}

/** `smallDisk`: MiB of a disk of its own for Postgres's data, so that it can be filled. */
export async function openGround(options: { folder: string; build: string; smallDisk?: number }): Promise<Ground> {
  mkdirSync(options.folder, { recursive: true });
  // Run as root, the database is another user's, who must pass through.
  chmodSync(options.folder, 0o755);
  const disk = options.smallDisk ? mountSmallDisk(join(options.folder, 'postgres'), options.smallDisk) : null;
  const clients: Record<string, ClientCredentials> = {};
  const postgres = await startRigPostgres(join(options.folder, 'postgres'), async (connectionString) => {
    await using database = await openDatabase(connectionString);
    // As if they had been drawn: each process of each seed would lay them out, and burn more than the season does.
    for (const machine of loadDefinitions().machines.all()) {
      const { name, version, hash, definition } = machine;
      await keepMachineVersion(database.engine, name, version, hash, definition);
      await keepLayout(database.engine, name, version, hash, await layoutDiagram(machine));
    }
    const manage = manageClients(
      { newId: idMaker(Date.now, (count) => randomBytes(count)), hashPrices: realHashes },
      database.engine,
    );
    const by = { actor: { kind: 'cli' as const, id: 'rig' } };
    for (const kind of ['ats', 'portal'] as const)
      clients[kind] = await manage.create(
        {
          name: `rig ${kind}`,
          kind,
          scopes: [
            'events:write',
            'events:read',
            'connections:read',
            'connections:manage',
            'subjects:read',
            'reports:read',
            'persons:erase',
          ],
        },
        by,
      );
  });
  return {
    folder: options.folder,
    build: options.build,
    disk,
    postgres,
    masterKey: randomBytes(32).toString('base64'),
    clients: clients as Ground['clients'],
    [Symbol.asyncDispose]: async () => {
      disk?.free();
      await postgres[Symbol.asyncDispose]();
      disk?.unmount();
    },
  };
}
