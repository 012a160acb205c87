// I1 for a million events: the table is read once in order, and each row is held against the few bytes that its sender kept.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type pg from 'pg';
import type { Finding } from '../rig/checker/evidence.ts';
import type { Judged } from './check.ts';
import { hashOf, type Ledger, nameOf, numberOf } from './ledger.ts';

const rowsAtOnce = 10_000;

interface EventRow {
  id: string;
  source: string;
  external_id: string;
  disposition: string;
  transition_version: number | null;
}

/** Every answered event is on record once and as it was answered; nothing else of our senders is. */
export async function checkAnswers(client: pg.Client, { rig, ledger, sometimes }: Judged): Promise<Finding[]> {
  const sources = { ats: `client:${rig.ground.clients.ats.id}`, portal: `client:${rig.ground.clients.portal.id}` };
  const times = new Uint8Array(ledger.length());
  const findings: Finding[] = [];
  const find = (detail: string): void => void findings.push({ invariant: 'I1', detail });
  await client.query('begin');
  await client.query(
    `declare answers no scroll cursor for select id, source, external_id, disposition, transition_version from event
     where source in ('${sources.ats}', '${sources.portal}')`,
  );
  for (;;) {
    const { rows } = await client.query<EventRow>(`fetch ${rowsAtOnce} from answers`);
    if (rows.length === 0) break;
    for (const row of rows) {
      const number = numberOf(row.external_id);
      const isOurs = number >= 0 && number < times.length && sources[ledger.senderOf(number)] === row.source;
      if (!isOurs) find(`${row.external_id} of ${row.source} is on record and nobody sent it`);
      else {
        times[number] = Math.min(255, (times[number] ?? 0) + 1);
        if (row.disposition === 'applied' && ledger.heard(number)?.disposition === 'parked')
          sometimes.released_after_parking = (sometimes.released_after_parking ?? 0) + 1;
        for (const detail of compared(ledger, number, row)) find(detail);
      }
    }
  }
  await client.query('commit');
  for (let number = 0; number < times.length; number += 1) {
    if ((times[number] ?? 0) > 1) find(`${nameOf(number)} is on record ${times[number]} times`);
    const heard = ledger.heard(number);
    if (heard && times[number] === 0) find(`${nameOf(number)} was answered ${heard.disposition} and is not on record`);
  }
  return findings;
}

/** An answer is a promise about the row. What was parked may have become something else since; nothing else may. */
function compared(ledger: Ledger, number: number, row: EventRow): string[] {
  const name = nameOf(number);
  if (ledger.isPoison(number)) return [`poison ${name} is on record`];
  if (ledger.refusedForSure(number)) return [`${name} was refused for its form and is on record`];
  const heard = ledger.heard(number);
  if (!heard) return [];
  if (heard.eventHash !== hashOf(row.id)) return [`${name} was answered as another event than ${row.id}`];
  if (heard.disposition === 'parked') return [];
  if (heard.disposition !== row.disposition)
    return [`${name} was answered ${heard.disposition} and is ${row.disposition}`];
  const moved = heard.version !== 0 && heard.version !== row.transition_version;
  return moved ? [`${name} was answered as version ${heard.version} and is version ${row.transition_version}`] : [];
}

/** Every webhook that was answered as received is on record. */
export async function checkReceived(client: pg.Client, { logs }: Judged): Promise<Finding[]> {
  await client.query('create temporary table soak_received (source text not null, external_id text not null)');
  const lines = createInterface({ input: createReadStream(logs.receivedFile, 'utf8') });
  let piece: [string, string][] = [];
  const load = async (): Promise<void> => {
    await client.query('insert into soak_received select * from unnest($1::text[], $2::text[])', [
      piece.map(([source]) => source),
      piece.map(([, id]) => id),
    ]);
    piece = [];
  };
  for await (const line of lines) {
    const [source = '', id = ''] = line.split('\t');
    piece.push([source, id]);
    if (piece.length >= rowsAtOnce) await load();
  }
  await load();
  await client.query('analyze soak_received');
  const { rows } = await client.query<{ source: string; external_id: string }>(
    `select distinct r.source, r.external_id from soak_received r
     where not exists (select from event e where e.source = r.source and e.external_id = r.external_id) limit 100`,
  );
  return rows.map((row) => ({
    invariant: 'I1',
    detail: `the webhook ${row.external_id} of ${row.source} was answered as received and is not on record`,
  }));
}
