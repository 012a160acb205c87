// Two whole services that differ in nothing but their store: the same events and results go through both.
import { createHash } from 'node:crypto';
import type { Intake } from '../../../../../src/core/deciding/intake.ts';
import type { Command, Result } from '../../../../../src/core/delivery/message.ts';
import { idMaker } from '../../../../../src/core/ids.ts';
import { loadDefinitions } from '../../../../../src/load-definitions.ts';
import { seededRandom } from '../../../../../src/sandbox/kernel/random.ts';
import type { Context } from '../../../../../src/services/context.ts';
import { createContext, type Parts } from '../../../../../src/services/create-context.ts';
import { applyResults } from '../../../../../src/services/delivery/apply-results.ts';
import { bringHome } from '../../../../../src/services/delivery/consume-results.ts';
import { driveWritebacks } from '../../../../../src/services/delivery/drive-writebacks.ts';
import { sweep } from '../../../../../src/services/delivery/sweep.ts';
import type { PersonKeys } from '../../../../../src/services/remember-keys.ts';
import { openVault, type Vault } from '../../../../../src/services/vault.ts';
import { insertConnection, type NewConnection } from '../../../../../src/store/connections/connections.ts';
import { openDatabase } from '../../../../../src/store/database/database.ts';
import { greenhouseStages } from '../../../../support/hiring-office.ts';
import { createTestDatabase } from '../../../../support/postgres.ts';
import { createMemory } from '../memory.ts';
import { difference } from './compare.ts';
import { differencesOfTables, moveClocks, takeOverClocks } from './tables.ts';

export interface Offices extends AsyncDisposable {
  /** Commands that were sent and not answered, by id and attempt. */
  commands: Map<string, Command>;
  /** Dispositions, outcomes and what the loops set in motion, counted. */
  seen: Map<string, number>;
  record(intakes: readonly Intake[]): Promise<void>;
  answer(results: readonly Result[]): Promise<void>;
  /** A round of the dispatcher and of the sweeper. */
  loops(): Promise<void>;
  /** Everything that waits becomes due. */
  dayPasses(): Promise<void>;
  /** What differs between the tables. */
  differences(): Promise<string[]>;
}

const settings = { stages: greenhouseStages, rejectionReasonId: 14, allowCandidateEmails: true };
const connection: Omit<NewConnection, 'id'> = {
  adapter: 'greenhouse',
  kind: 'ats',
  settings,
  scope: { machines: ['application'] },
  pace: { concurrency: 3 },
  worker: 'interlock',
  secrets_current: null,
};

/** Everything that differs from one run to the next; the rest is what the store says. */
const clocked = ['recorded_at', 'state_since', 'sla_due_at', 'parked_until', 'dispatched_at', 'settled_at'];
const hashed = ['chain_head', 'prev_hash', 'hash'];

export async function openOffices(ids: readonly string[]): Promise<Offices> {
  const owned = await createTestDatabase();
  const database = await openDatabase(owned.connectionString);
  const db = database.engine;
  let last = 0;
  const memory = createMemory({ now: () => (last = Math.max(Date.now(), last + 0.001)) });
  const seen = new Map<string, number>();
  const clock = { now: Date.now() };
  const theirs = office({ database }, clock);
  const ours = office({ database: memory.database, records: memory.records }, clock);
  for (const id of ids) {
    await insertConnection(db, { id, ...connection });
    memory.addConnection({ id, ...connection });
  }
  const count = (name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1);

  /** The same in both, one after the other. */
  const both = async <T>(run: (context: Context) => Promise<T>): Promise<T> => {
    const of = await run(theirs.context);
    const from = await run(ours.context);
    const off = difference(of, from) ?? difference(await theirs.settle(), await ours.settle(), 'commands');
    if (off) throw new Error(off);
    await takeOverClocks(db, memory.tables);
    await moveClocks(db, memory.tables, 'what is soon comes late');
    return of;
  };
  return {
    commands: theirs.commands,
    seen,
    async record(intakes) {
      const all = await both((context) => Promise.all(intakes.map((one) => context.recorder().record(one))));
      for (const one of all) count(one.disposition);
    },
    async answer(results) {
      for (const { id, attempt, outcome } of results) {
        count(outcome.kind);
        for (const { commands } of [theirs, ours]) commands.delete(`${id}.${attempt}`);
      }
      // Results and readings in one group run beside each other, in an order that nobody promises.
      await both((context) =>
        bringHome(
          context,
          results.filter((one) => one.mode !== 'probe'),
        ),
      );
      await both((context) =>
        bringHome(
          context,
          results.filter((one) => one.mode === 'probe'),
        ),
      );
    },
    async loops() {
      if ((await both(driveWritebacks)) > 0) count('driven');
      if ((await both(sweep)) > 0) count('swept');
    },
    async dayPasses() {
      await moveClocks(db, memory.tables, 'a day passes');
      clock.now += 24 * 3_600_000;
    },
    differences: () => differencesOfTables(db, memory.tables, { clocked, except: hashed }),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await owned.drop();
    },
  };
}

interface Office {
  context: Context;
  commands: Map<string, Command>;
  /** Confirms what echoes proved; gives what is on its way, in one order. */
  settle(): Promise<string[]>;
}

const { machines, dictionary } = loadDefinitions();

function office(store: Pick<Parts, 'database' | 'records'>, clock: { now: number }): Office {
  const commands = new Map<string, Command>();
  const echoes: Parameters<Context['confirmByEcho']>[0][] = [];
  const random = seededRandom(7);
  const now = (): number => clock.now;
  const context = createContext({
    ...store,
    bus: {
      publishCommand: async (command: Command) => void commands.set(`${command.id}.${command.attempt}`, command),
      publishFeed: async () => {},
    } as unknown as Parts['bus'],
    machines,
    dictionary,
    dictionaryVersion: 1,
    vault: openedVault,
    log: { info() {}, warn() {}, error() {} },
    vendorHttp: null as unknown as Parts['vendorHttp'],
    every: () => {},
    reorderWindowMs: 60_000,
    parkedMs: 120_000,
    now,
    random: () => 0.5,
    newId: idMaker(now, (length) => Uint8Array.from({ length }, () => random.integer(0, 255))),
  });
  // In a turn of their own, so that both offices do all things in one order.
  context.confirmByEcho = (echo) => void echoes.push(echo);
  return {
    context,
    commands,
    async settle() {
      for (const echo of echoes.splice(0))
        await applyResults(context, [{ ...echo, outcome: { kind: 'confirmed' }, by: 'echo' }]);
      return [...commands].map(([name, { mode }]) => `${name} ${mode}`).sort();
    },
  };
}

const keyOf = (use: string, person: string): Buffer => createHash('sha256').update(`${use} ${person}`).digest();

/** Without chance, so that both keep the same bytes. */
const openedVault: Vault = {
  ...openVault(Buffer.alloc(32, 7)),
  newPerson(person) {
    const keys: PersonKeys = { dataKey: keyOf('data', person), commitKey: keyOf('commit', person) };
    return { keys, wrapped: { data_key: keys.dataKey, commit_key: keys.commitKey } };
  },
  unwrap: (_, { data_key, commit_key }) => data_key && commit_key && { dataKey: data_key, commitKey: commit_key },
  sealJson: (_key, _place, value) => Buffer.from(JSON.stringify(value)),
  unsealJson: (_key, _place, sealed) => JSON.parse(Buffer.from(sealed).toString()),
};
