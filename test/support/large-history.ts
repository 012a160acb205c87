// Fills a migrated database with a hiring history of any size, so that pages and queries can be timed on what a large company has.
import pg from 'pg';
import { loadDefinitions } from '../../src/load-definitions.ts';
import { openVault } from '../../src/services/vault.ts';
import { countStates } from './count-states.ts';
import { fillActs } from './large-history/acts.ts';
import { deferIndexes, makeIndexes } from './large-history/indexes.ts';
import { copyPersons, fillPersons, namesRepeatAfter } from './large-history/persons.ts';
import { fillSubjects, makePlan } from './large-history/plan.ts';
import {
  fillCounts,
  fillEvents,
  fillIncidents,
  fillReadings,
  fillTransitions,
  fillValues,
} from './large-history/rows.ts';
import { waysOf } from './large-history/ways.ts';
import { fillAttempts, fillLanes, fillWritebacks, planWritebacks } from './large-history/writebacks.ts';

export interface LargeHistory {
  /** Open ones; ended ones are added until there are as many transitions. */
  subjects: number;
  transitions: number;
  /** Persons whose values can be unsealed; all of them unless given, which takes most of the time of a very large history. */
  sealed?: number;
  /** Leave triggers, foreign keys and indexes on, which takes several times as long. */
  checked?: boolean;
  log?(line: string): void;
}

/** The key that its personal data is sealed with. */
export const masterKey = Buffer.alloc(32, 7);

type Fill = (client: pg.Client) => Promise<void>;

/**
 * `connectionString` is a superuser's, to a migrated and empty database. Every foreign key leads somewhere, every count
 * equals its rows, values can be unsealed. What it lacks: the hashes of the log are made up, so it does not verify; events have
 * no payloads; and persons beyond `sealed` carry copies of what the first ones have, which nobody can open.
 */
export async function fillLargeHistory(connectionString: string, wanted: LargeHistory): Promise<void> {
  // Two at a time: most of it is one thread of the server's.
  const clients = [new pg.Client({ connectionString }), new pg.Client({ connectionString })] as const;
  const [client, other] = clients;
  const timed = async (name: string, run: () => Promise<void>): Promise<void> => {
    const began = performance.now();
    await run();
    wanted.log?.(`${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  };
  for (const one of clients) {
    await one.connect();
    await one.query(
      `set work_mem = '512MB'; set maintenance_work_mem = '1GB'; set synchronous_commit = off; set synchronize_seqscans = off`,
    );
    if (!wanted.checked) await one.query('set session_replication_role = replica');
  }
  try {
    const { machines } = loadDefinitions();
    const vault = openVault(masterKey);
    const deferred = wanted.checked ? [] : await deferIndexes(client, growing);
    let plan = { subjects: 0, steps: 0 };
    await timed('plan', async () => {
      plan = await makePlan(client, machines, waysOf(machines), wanted);
    });
    const sealed = Math.min(plan.subjects, Math.max(wanted.sealed ?? plan.subjects, namesRepeatAfter));
    const parts: readonly Readonly<Record<string, Fill>>[] = [
      { persons: (one) => fillPersons(one, vault, sealed) },
      { 'copied persons': (one) => copyPersons(one, sealed, plan.subjects), subjects: fillSubjects },
      { events: fillEvents, 'planned writebacks': (one) => planWritebacks(one, wanted.subjects) },
      { lanes: fillLanes, values: (one) => fillValues(one, sealed) },
      { writebacks: fillWritebacks, transitions: (one) => fillTransitions(one, plan.steps) },
      { attempts: fillAttempts, incidents: fillIncidents },
      { counts: fillCounts, readings: fillReadings },
      { 'who is where': countStates },
      { acts: fillActs },
    ];
    for (const abreast of parts) {
      const fills = Object.entries(abreast);
      // With rules on, each waits for what it refers to.
      if (wanted.checked) for (const [name, fill] of fills) await timed(name, () => fill(client));
      else await Promise.all(fills.map(([name, fill], at) => timed(name, () => fill(clients[at % 2] as pg.Client))));
    }
    await client.query(
      'drop table plan_subject, plan_step, plan_extra, plan_write, plan_parent, filling_value, way, step, chosen',
    );
    await timed('indexes', () => makeIndexes(clients, deferred));
    await timed('vacuum', async () => {
      const [half, rest] = [growing.filter((_, at) => at % 2 === 0), growing.filter((_, at) => at % 2 === 1)];
      await Promise.all([
        client.query(`vacuum (analyze) ${half.join(', ')}`),
        other.query(`vacuum (analyze) ${rest.join(', ')}`),
      ]);
      await client.query('analyze');
    });
  } finally {
    for (const one of clients) await one.end();
  }
}

/** What grows with history, so placed that every other one makes half of the work. */
const growing = [
  'writeback',
  'event',
  'attempt',
  'transition',
  'subject',
  'element_value',
  'person',
  'kpi_hour',
  'shown',
  'lane',
  'echo',
  'subject_ref',
  'incident',
];
