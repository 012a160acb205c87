// A filled database is made once and found again: by its sizes, and by what decides how it looks.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { projectFolder } from '../../../src/project-folder.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { fillLargeHistory, type LargeHistory } from '../large-history.ts';

export interface KeptHistory extends LargeHistory {
  log(line: string): void;
  /** Fill it anew, as when a migration was edited. */
  refill: boolean;
  /** Who the tables belong to, with the same database's address as this role; the superuser unless given. */
  owner?: { name: string; connectionString: string };
}

/** `connectionString` is a superuser's; the database need not be there yet. Fills and migrates it unless it was filled so before; gives whether it was filled now. */
export async function keepLargeHistory(connectionString: string, wanted: KeptHistory): Promise<boolean> {
  const { subjects, transitions, sealed, owner, log } = wanted;
  const mark = `${subjects}/${transitions}/${sealed ?? 'all'}/${fingerprint()}`;
  const admin = new URL(connectionString);
  const name = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  const asOwner = owner?.connectionString ?? connectionString;
  const found = await inDatabase(
    admin.href,
    `select description from pg_shdescription d join pg_database b on b.oid = d.objoid where b.datname = '${name}'`,
  );
  if (found === mark && !wanted.refill && (await isMigrated(asOwner))) return false;
  log('Filling the database; the next run with the same sizes finds it filled.');
  await inDatabase(admin.href, `drop database if exists ${name} with (force)`);
  await inDatabase(admin.href, `create database ${name}${owner ? ` owner ${owner.name}` : ''}`);
  await migrate(asOwner);
  await fillLargeHistory(connectionString, wanted);
  await inDatabase(admin.href, `comment on database ${name} is '${mark}'`);
  return true;
}

/** False where migrations were renumbered since: what is not released may be. */
const isMigrated = (connectionString: string): Promise<boolean> =>
  migrate(connectionString).then(
    () => true,
    () => false,
  );

/** Of what decides how a filled database looks. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of ['machines', 'test/support/large-history'])
    for (const name of readdirSync(join(projectFolder, folder))
      .filter((one) => /\.(sql|ts)$/.test(one))
      .sort())
      hash.update(readFileSync(join(projectFolder, folder, name)));
  return hash.digest('hex').slice(0, 12);
}

async function inDatabase(connectionString: string, statement: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<{ description?: string }>(statement)).rows[0]?.description;
  } finally {
    await client.end();
  }
}
