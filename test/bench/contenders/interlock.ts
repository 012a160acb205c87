// Interlock with everything on: tokens, encryption, hash chain and sealer, ledger, KPIs, console, and a proof for every write.
// With NATS_URL over JetStream, without it over the local bus. PROOF=read: each write is read before and after, as at most vendors;
// else the vendor's answer says what it shows. JOINS: another process has set all up, this one shares its database. PACE: requests per
// second that vendors allow, as JSON by their names.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInterlock } from '../../../src/compose.ts';
import { readConfig } from '../../../src/config.ts';
import { createLog } from '../../../src/log.ts';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import { addConnection, updateConnection } from '../../../src/services/connections/manage-connections.ts';
import { vendors } from '../vendors.ts';
import { environment, serveParent } from './contender.ts';

const dataFolder = mkdtempSync(join(environment('FOLDER'), 'interlock-'));
const natsUrl = process.env.NATS_URL;
const config = readConfig({
  DATABASE_URL: environment('DATABASE_URL'),
  INTERLOCK_DATA_DIR: dataFolder,
  INTERLOCK_PORT: environment('PORT'),
  INTERLOCK_PUBLIC_URL: 'http://interlock.bench',
  INTERLOCK_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  INTERLOCK_REQUESTS_PER_MINUTE: '100000000',
  ...(natsUrl ? { NATS_URL: natsUrl } : { INTERLOCK_NATS_SERVER: 'none' }),
});
const interlock = await startInterlock({ ...config, allowPrivateAddresses: true }, createLog('warn'));
const { context } = interlock;
const by = { kind: 'cli' as const, id: 'bench' };

const joins = process.env.JOINS !== undefined;
const paces = JSON.parse(process.env.PACE ?? '{}') as Record<string, number>;

for (const vendor of joins ? [] : vendors) {
  const settings = {
    url: `${environment('VENDOR_URL')}/${vendor}/hook`,
    allowPrivate: true,
    states: ['active', 'hired', 'rejected', 'withdrawn', 'on_hold'],
    confirm:
      process.env.PROOF === 'read'
        ? { mode: 'read', url: `${environment('VENDOR_URL')}/${vendor}/states/{subject}` }
        : { mode: 'receipt' },
  };
  const added = await addConnection(context, by, {
    id: vendor,
    adapter: 'signed-webhook',
    settings,
    scope: { machines: ['application'] },
    pace: { concurrency: 64, requests: paces[vendor] ?? 1_000_000, perMs: 1_000 },
    secrets: { signingSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
  });
  // A database that was kept knows it from the round before, at another port.
  const there =
    !added.ok && added.code === 'name_taken' ? await updateConnection(context, by, vendor, { settings }) : added;
  if (!there.ok) throw new Error(JSON.stringify(there));
}

const clients = manageClients(context, context.database.engine);
async function token(kind: 'operator' | 'screening'): Promise<string> {
  const { id, secret } = await clients.create({ name: kind, kind, scopes: ['events:write'] }, { actor: by });
  const ask = (): Promise<Response> =>
    fetch(`${interlock.url}/oauth2/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
  let response = await ask();
  // It sheds load while it starts on a busy machine.
  for (let tries = 1; response.status === 503 && tries < 200; tries += 1) {
    await sleep(100);
    response = await ask();
  }
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  const { access_token: given } = (await response.json()) as { access_token: string };
  return `authorization: Bearer ${given}\r\n`;
}

const headers: Record<string, string> = joins
  ? {}
  : { operator: await token('operator'), screening: await token('screening') };
const { reports } = context.database;
// Diagrams are laid out once for a database, in some seconds of a thread of their own: a part of its first start, not of its service.
const drawn = () => reports.selectFrom('machine_version').select('version').where('layout', 'is', null).execute();
for (let looks = 0; looks < 600 && (await drawn()).length > 0; looks += 1) await sleep(100);
serveParent(
  { path: '/v1/events', subject: 'reference', headers },
  {
    async pending() {
      const open = await reports
        .selectFrom('writeback')
        .select((row) => row.fn.countAll<string>().as('n'))
        .where('status', 'in', ['ready', 'leased', 'dead'])
        .where('connection_id', 'in', [...vendors])
        .executeTakeFirstOrThrow();
      return Number(open.n);
    },
    async events() {
      const rows = await reports
        .selectFrom('event')
        .select('external_id')
        .where('source', 'like', 'client:%')
        .execute();
      return rows.map((row) => row.external_id);
    },
    async names() {
      const rows = await reports
        .selectFrom('subject_ref')
        .select(['subject_id', 'external_id'])
        .where('system', '=', 'bench')
        .execute();
      return Object.fromEntries(rows.map((row) => [row.subject_id, row.external_id]));
    },
  },
);
