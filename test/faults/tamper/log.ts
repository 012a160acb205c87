// A log to tamper with: made by real traffic through the recorder, sealed as it grew, with one person erased on the way.
import { randomBytes } from 'node:crypto';
import { createVendorHttp } from '../../../src/adapters/http.ts';
import { createLocalBus } from '../../../src/bus/local.ts';
import { limits } from '../../../src/core/limits.ts';
import type { Keys } from '../../../src/core/log/check-checkpoints.ts';
import { publicKeyPem, readPublicKeys, type SignedCheckpoint } from '../../../src/core/log/checkpoint.ts';
import { loadDefinitions } from '../../../src/load-definitions.ts';
import type { Context } from '../../../src/services/context.ts';
import { createContext } from '../../../src/services/create-context.ts';
import { createLoops } from '../../../src/services/every.ts';
import { ownKeys } from '../../../src/services/log/checkpoint-keys.ts';
import { sealNow } from '../../../src/services/log/seal-log.ts';
import { erasePerson } from '../../../src/services/persons/erase-person.ts';
import { openVault } from '../../../src/services/vault.ts';
import { keepVersions } from '../../../src/services/versions/keep-versions.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { listCheckpoints } from '../../../src/store/log/checkpoints.ts';
import { intake } from '../../support/intakes.ts';

export const masterKey = Buffer.alloc(32, 7);

/** What the cases may know of the log they tamper with. */
export interface TamperedLog {
  /** Ids of applications in order, each with at least three transitions and the same events. */
  subjects: string[];
  /** The application whose id comes first, the erased one included. */
  firstApplication: string;
  checkpoints: SignedCheckpoint[];
  keys: Keys;
  /** Checkpoint that covers a row. */
  sealedIn(subject: string, version: number): number;
  transitions: number;
}

const steps: readonly [type: string, data: Record<string, unknown>][] = [
  ['application.received', { 'candidate.lastName': 'Sommer' }],
  ['triage.started', {}],
  ['screening.invited', { 'screening.provider': 'acme' }],
  ['application.held', { 'hold.reason': 'budget' }],
  ['application.resumed', {}],
];

/** Beside them, a subject of another machine. */
const ofRequisition: Readonly<Record<string, string>> = {
  'application.received': 'requisition.opened',
  'triage.started': 'requisition.held',
  'screening.invited': 'requisition.resumed',
  'application.held': 'requisition.filled',
  'application.resumed': 'requisition.closed',
};

/** Fills an empty, migrated database. */
export async function makeLog(connectionString: string, applicants = 12): Promise<TamperedLog> {
  const open: AsyncDisposable[] = [];
  try {
    return await fill(await openContext(connectionString, open), applicants);
  } finally {
    for (const one of open.reverse()) await one[Symbol.asyncDispose]();
  }
}

async function fill(context: Context, applicants: number): Promise<TamperedLog> {
  const recorder = context.recorder();
  const names = Array.from({ length: applicants }, (_, at) => `tamper-${randomBytes(4).toString('hex')}-${at}`);
  // One event comes before its subject: it waits under keys of its own, and makes a transition later.
  await recorder.record(intake(names[0] ?? '', 'triage.started'));
  for (const [type, data] of steps) {
    await Promise.all(names.map((name) => recorder.record(intake(name, type, { data }))));
    // Refused: it stays out of the log.
    await recorder.record(intake(names[1] ?? '', 'application.hired'));
    await recorder.record({ ...intake('requisition-1', ofRequisition[type] ?? ''), machine: 'requisition' });
    await sealAll(context);
  }
  await eraseOne(context, names.at(-1) ?? '');
  return describe(context, names.slice(0, -1));
}

async function openContext(connectionString: string, open: AsyncDisposable[]): Promise<Context> {
  const database = await openDatabase(connectionString);
  const bus = createLocalBus({ log: () => {}, reason: 'a test' });
  const http = createVendorHttp({
    allowPrivateAddresses: true,
    timeoutMs: 1_000,
    bodyBytesMax: limits.vendorBodyBytesMax,
  });
  open.push(database, bus, http);
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const { machines, dictionary } = loadDefinitions();
  return createContext({
    database,
    bus,
    machines,
    dictionary,
    dictionaryVersion: await keepVersions(database.engine, machines, dictionary),
    vault: openVault(masterKey),
    log: quiet,
    vendorHttp: { guarded: http, open: http },
    every: createLoops(quiet).every,
    reorderWindowMs: 60_000,
    parkedMs: 600_000,
  });
}

/** Others may work on the same PostgreSQL, and their transactions hold the fence for a moment. */
async function sealAll(context: Context): Promise<void> {
  const db = context.database.engine;
  const wanted = async (): Promise<number> => (await db.selectFrom('transition').select('hash').execute()).length;
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    await sealNow(context);
    const [last] = (await listCheckpoints(db, 0, limits.anchorRowsMax)).slice(-1);
    if (last?.total === (await wanted())) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('The log could not be sealed within 20 s: a transaction on this PostgreSQL does not end.');
}

async function eraseOne(context: Context, name: string): Promise<void> {
  const { person_id } = await context.database.engine
    .selectFrom('subject')
    .innerJoin('subject_ref', 'subject_ref.subject_id', 'subject.id')
    .select('person_id')
    .where('external_id', '=', name)
    .executeTakeFirstOrThrow();
  await erasePerson(context, person_id, {
    actor: { kind: 'cli', id: 'tester' },
    basis: 'consent_withdrawn',
    reason: 'a test',
  });
}

async function describe(context: Context, names: readonly string[]): Promise<TamperedLog> {
  const db = context.database.engine;
  const checkpoints = await listCheckpoints(db, 0, limits.anchorRowsMax);
  const rows = await db.selectFrom('transition').select(['subject_id', 'version', 'xid']).execute();
  const refs = await db.selectFrom('subject_ref').select('subject_id').where('external_id', 'in', names).execute();
  const applications = await db.selectFrom('subject').select('id').where('machine', '=', 'application').execute();
  const pem = [...(await ownKeys(db, context.vault)).values()].map(publicKeyPem).join('');
  return {
    subjects: refs.map((ref) => ref.subject_id).sort(),
    firstApplication: applications.map((one) => one.id).sort()[0] ?? '',
    checkpoints,
    keys: readPublicKeys(pem),
    transitions: rows.length,
    sealedIn(subject, version) {
      const row = rows.find((one) => one.subject_id === subject && one.version === version);
      const one = checkpoints.find(({ fence }) => row && BigInt(row.xid) < BigInt(fence));
      if (!one) throw new Error(`Version ${version} of ${subject} is not sealed.`);
      return one.n;
    },
  };
}
