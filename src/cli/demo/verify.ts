// Holds Interlock to its promises after the season, without trusting it: vendors' own logs and clients' own records against its tables.
import { findAdapter } from '../../adapters/registry.ts';
import type { WriteLogEntry } from '../../sandbox/kernel/write-log.ts';
import { mappingFor } from '../../services/connections/system-settings.ts';
import type { Promised } from './api.ts';
import { connections, stageOf } from './connections.ts';
import type { World } from './world.ts';

export interface Verified {
  /** Events that were answered as received and are not on record. */
  lost: number;
  /** Writes that a vendor saw in another order than the lane's. */
  inversions: number;
  /** Writebacks that count as confirmed although the vendor never came to show them. */
  falselyConfirmed: number;
}

export async function verify(world: World): Promise<Verified> {
  const lanes = await lanesOf(world);
  return {
    lost: await countLost(world),
    inversions: countInversions(world, lanes),
    falselyConfirmed: countFalse(world, lanes),
  };
}

interface LaneWrite {
  ref: string;
  place: string;
  status: string;
  cause: string;
  laneSeq: number;
  event: string;
}

/** Every writeback to Greenhouse with the place it must show, in lane order, by application. */
async function lanesOf(world: World): Promise<Map<string, LaneWrite[]>> {
  const rows = await world.interlock.context.database.reports
    .selectFrom('writeback')
    .innerJoin('subject_ref', (join) =>
      join
        .onRef('subject_ref.subject_id', '=', 'writeback.subject_id')
        .on('subject_ref.system', '=', 'greenhouse')
        .on('subject_ref.machine', '=', 'application'),
    )
    .select(['subject_ref.external_id as ref', 'target_state', 'status', 'cause', 'lane_seq', 'event_type'])
    .where('connection_id', '=', 'greenhouse')
    .orderBy('lane_seq')
    .execute();
  const lanes = new Map<string, LaneWrite[]>();
  for (const row of rows) {
    const write = {
      ref: row.ref,
      place: placeFor(row.target_state),
      status: row.status,
      cause: row.cause,
      laneSeq: row.lane_seq,
      event: row.event_type,
    };
    lanes.set(row.ref, [...(lanes.get(row.ref) ?? []), write]);
  }
  return lanes;
}

function countInversions(world: World, lanes: ReadonlyMap<string, LaneWrite[]>): number {
  let inversions = 0;
  for (const [ref, lane] of lanes)
    inversions += inversionsIn(
      lane.map((write) => write.place),
      world.greenhouse.log.entries(ref),
    );
  return inversions;
}

/** Moves of the API that are at no place of the lane at or after the one before; a field that is written where a card lies is no move. */
export function inversionsIn(
  lane: readonly string[],
  log: readonly Pick<WriteLogEntry, 'by' | 'from' | 'to'>[],
): number {
  let inversions = 0;
  let at = 0;
  for (const entry of log) {
    if (entry.by !== 'api' || entry.from === entry.to) continue;
    const found = lane.indexOf(entry.to, at);
    if (found < 0) inversions += 1;
    else at = found;
  }
  return inversions;
}

/** Where the last thing in a lane is a confirmed writeback, the vendor must show it, or a person there moved it since. */
function countFalse(world: World, lanes: ReadonlyMap<string, LaneWrite[]>): number {
  let wrong = 0;
  for (const [ref, lane] of lanes) {
    for (const write of lane) {
      if (write.status !== 'confirmed') continue;
      if (!world.greenhouse.log.entries(ref).some((entry) => entry.to === write.place)) wrong += 1;
    }
  }
  return wrong;
}

function placeFor(state: string): string {
  if (state === 'hired' || state === 'rejected') return state;
  if (state === 'withdrawn') return 'rejected';
  const region = (Object.keys(stageOf) as (keyof typeof stageOf)[]).find(
    (one) => state === one || state.startsWith(`${one}.`),
  );
  return region ? stageOf[region] : state;
}

async function countLost(world: World): Promise<number> {
  const promised = [...world.recruiter.promised(), ...world.portal.promised(), ...promisedByHooks(world)];
  const known = new Set(
    (
      await world.interlock.context.database.reports.selectFrom('event').select(['source', 'external_id']).execute()
    ).map((row) => `${row.source}\n${row.external_id}`),
  );
  return new Set(promised.map((one) => `${one.source}\n${one.externalId}`).filter((key) => !known.has(key))).size;
}

/** What each accepted webhook says, by the adapter's own pure translation. */
function promisedByHooks(world: World): Promised[] {
  const urls = { greenhouse: world.greenhouse.url, bamboohr: world.bamboohr.url };
  const vendors = { greenhouse: world.greenhouse, bamboohr: world.bamboohr, screening: world.screening };
  return connections(urls).flatMap(({ id, adapter: name, settings }) => {
    const adapter = findAdapter(name);
    const parsed = adapter.settings.parse(settings);
    return (vendors[id as keyof typeof vendors].webhooks?.accepted() ?? []).flatMap((delivery) =>
      adapter
        .translate(JSON.parse(delivery.body), {
          connection: id,
          settings: parsed,
          mapping: mappingFor(world.interlock.context.dictionary, adapter),
          headers: { 'greenhouse-event-id': delivery.id, 'webhook-id': delivery.id },
          receivedAt: 0,
        })
        .flatMap((said) =>
          said.kind === 'ignored' ? [] : [{ source: `connection:${id}`, externalId: said.externalId }],
        ),
    );
  });
}
