// Events that come in by the API while pages are timed: new applications and their first steps, so many a second; what they cause is delivered.
import type { Hono } from 'hono';
import { sql } from 'kysely';
import { manageClients } from '../../../src/services/clients/manage-clients.ts';
import type { Context } from '../../../src/services/context.ts';
import { applyResults } from '../../../src/services/delivery/apply-results.ts';

export interface Flowing extends AsyncDisposable {
  posted(): number;
  refused(): number;
}

const perRequest = 5;
const renewMs = 5 * 60_000;

export async function eventsFlowing(context: Context, app: Pick<Hono, 'request'>, perSecond: number): Promise<Flowing> {
  let [posted, refused, serial] = [0, 0, 0];
  let token = await tokenOf(context, app);
  const run = `${Date.now()}`;
  const under = new Set<Promise<void>>();
  const post = async (): Promise<void> => {
    const events = Array.from({ length: perRequest }, () => {
      serial += 1;
      return {
        id: `timing-${run}-${serial}`,
        type: serial % 2 === 1 ? 'application.received' : 'triage.started',
        subject: { system: 'timings', ref: `${run}-${Math.ceil(serial / 2)}` },
        occurredAt: new Date().toISOString(),
        data: {},
      };
    });
    const said = await app.request('http://interlock.test/v1/events', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events }),
    });
    await deliver(context, run);
    posted += events.length;
    const { results } = (await said.json()) as { results?: { status: number }[] };
    refused += results ? results.filter(({ status }) => status >= 400).length : events.length;
  };
  // A token lasts ten minutes.
  const renewal = setInterval(() => void tokenOf(context, app).then((next) => (token = next)), renewMs);
  const timer =
    perSecond > 0
      ? setInterval(
          () => {
            const one = post().catch(() => {
              refused += perRequest;
            });
            under.add(one);
            void one.finally(() => under.delete(one));
          },
          (1_000 * perRequest) / perSecond,
        )
      : undefined;
  return {
    posted: () => posted,
    refused: () => refused,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      clearInterval(renewal);
      await Promise.all(under);
    },
  };
}

async function tokenOf(context: Context, app: Pick<Hono, 'request'>): Promise<string> {
  const { id, secret } = await manageClients(context, context.database.engine).create(
    { name: 'Timings', kind: 'ats', scopes: ['events:write'] },
    { actor: { kind: 'cli', id: 'timings' } },
  );
  const granted = await app.request('http://interlock.test/oauth2/token', {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return ((await granted.json()) as { access_token: string }).access_token;
}

/** What workers would report of the writes of this run: the systems show them. */
async function deliver(context: Context, run: string): Promise<void> {
  const { rows } = await sql<{ writeback: string; attempt: number; connection: string }>`
    select w.id as writeback, w.attempt, w.connection_id as connection from subject_ref r join writeback w on w.subject_id = r.subject_id
    where r.system = 'timings' and r.external_id like ${`${run}-%`} and w.status = 'leased'`.execute(
    context.database.engine,
  );
  await applyResults(
    context,
    rows.map((one) => ({ ...one, outcome: { kind: 'confirmed' }, by: 'readback' })),
  );
}
