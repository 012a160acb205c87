// Fills a migrated database with a hiring history of any size, so that pages and queries can be timed on what a large company has.
import pg from 'pg';
import { loadDefinitions } from '../../src/load-definitions.ts';
import { openVault } from '../../src/services/vault.ts';
import { countStates } from './count-states.ts';
import { fillActs } from './large-history/acts.ts';
import { fillPersons } from './large-history/persons.ts';
import { fillSubjects, makePlan } from './large-history/plan.ts';
import {
  fillCounts,
  fillEvents,
  fillIncidents,
  fillReadings,
  fillTransitions,
  fillValues,
  fillWritebacks,
} from './large-history/rows.ts';
import { waysOf } from './large-history/ways.ts';

export interface LargeHistory {
  /** Open ones; ended ones are added until there are as many transitions. */
  subjects: number;
  transitions: number;
  /** Leave triggers and foreign keys on, which takes several times as long. */
  checked?: boolean;
  log?(line: string): void;
}

/** The key that its personal data is sealed with. */
export const masterKey = Buffer.alloc(32, 7);

/**
 * `connectionString` is a superuser's, to a migrated and empty database. Every foreign key leads somewhere, every count
 * equals its rows, values can be unsealed; only the hashes of the log are made up, so it does not verify.
 */
export async function fillLargeHistory(connectionString: string, wanted: LargeHistory): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { machines } = loadDefinitions();
    const vault = openVault(masterKey);
    await client.query(`set work_mem = '512MB'; set maintenance_work_mem = '512MB'; set synchronous_commit = off`);
    if (!wanted.checked) await client.query('set session_replication_role = replica');
    const plan = await makePlan(client, machines, waysOf(machines), wanted);
    const parts: readonly [name: string, fill: () => Promise<void>][] = [
      ['persons', () => fillPersons(client, vault, plan.subjects)],
      ['subjects', () => fillSubjects(client)],
      ['events', () => fillEvents(client)],
      ['transitions', () => fillTransitions(client, plan.steps)],
      ['values', () => fillValues(client)],
      ['writebacks', () => fillWritebacks(client)],
      ['incidents', () => fillIncidents(client)],
      ['readings', () => fillReadings(client)],
      ['counts', () => fillCounts(client)],
      ['who is where', () => countStates(client)],
      ['acts', () => fillActs(client)],
    ];
    for (const [name, fill] of parts) {
      const began = performance.now();
      await fill();
      wanted.log?.(`${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    }
    await client.query(
      'drop table plan_subject, plan_step, plan_extra, plan_write, plan_parent, filling_value, way, step, chosen',
    );
    await client.query('vacuum (analyze)');
  } finally {
    await client.end();
  }
}
