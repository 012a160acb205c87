// Versions before the committee: proposed, compared, replayed, signed by several, voided by any change, and proven without a database.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationV1 } from '../../machines/application.v1.ts';
import type { ApprovalFile } from '../../src/core/access/approval.ts';
import { publicKeyPem } from '../../src/core/log/checkpoint.ts';
import type { MachineDefinition, StateDefinition } from '../../src/core/machine/definition.ts';
import { compileMachine } from '../../src/core/machine/machine.ts';
import { createRegistry } from '../../src/core/machine/registry.ts';
import { loadDefinitions } from '../../src/load-definitions.ts';
import { ownKeys } from '../../src/services/log/checkpoint-keys.ts';
import { keepVersions, runnableVersions } from '../../src/services/versions/keep-versions.ts';
import { manageParties } from '../../src/services/versions/manage-parties.ts';
import { proposeVersion } from '../../src/services/versions/propose-version.ts';
import { readVersion, readVersions } from '../../src/services/versions/read-versions.ts';
import { replayHistory } from '../../src/services/versions/replay-history.ts';
import { partiesFor } from '../../src/services/versions/signing-parties.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { commandLine } from '../support/command-line.ts';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

let desk: TestConsole;
let folder: string;
const parties = partiesFor('application');
const signers = new Map<string, Browser & { id: string }>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-signatures-'));
  desk = await openConsole();
  for (const party of parties) {
    const browser = await desk.signedIn('committee');
    await manageParties(desk.service.context).set(browser.id, [party], by);
    signers.set(party, browser);
  }
}, 180_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await desk[Symbol.asyncDispose]();
});

const context = () => desk.service.context;
const next = (): number => context().machines.latest('application').version + 1;
/** The newest application machine with something else said of it, and whatever `edit` does. */
function candidate(description: string, edit: (states: Record<string, StateDefinition>) => void = () => {}) {
  const copy = structuredClone(context().machines.latest('application').definition) as MachineDefinition & {
    states: Record<string, StateDefinition>;
  };
  edit(copy.states);
  return { ...copy, description, version: String(next()) as `${number}` };
}
const propose = (definition: unknown) => proposeVersion(context(), definition, 'because <b>we</b> learned', by);
const path = () => `/machines/application/${next()}/release`;
const hashNow = async () => (await readVersion(context(), 'application', next()))?.of.hash ?? '';
async function sign(party: string, more: Record<string, string> = {}) {
  const browser = signers.get(party) as Browser;
  return browser.post(path(), {
    hash: await hashNow(),
    party,
    name: `The one for ${party}`,
    decision: 'approved',
    reason: '',
    password,
    ...more,
  });
}
const notice = (text: string): string => /class="notice[^>]*>([^<]*)/.exec(text)?.[1] ?? '';

describe('a proposal', () => {
  test('that breaks a rule, is no machine, or takes a number that is taken, is not put before anybody', async () => {
    expect(await propose({ ...applicationV1 })).toMatchObject({ kind: 'already_released' });
    expect(await propose({ nonsense: true })).toMatchObject({ kind: 'not_sound' });
    const dead = candidate('dead end', (states) => {
      states.limbo = { description: 'Nobody leaves', meta: undefined as never };
    });
    expect(await propose(dead)).toMatchObject({ kind: 'not_sound' });
    expect((await readVersions(context())).filter((one) => one.status === 'proposed')).toEqual([]);
  });

  test('is listed with who is missing, compared, and open to be signed', async () => {
    expect(await propose(candidate('First try'))).toMatchObject({ kind: 'proposed', replaces: null });
    expect(await propose(candidate('First try'))).toMatchObject({ kind: 'unchanged' });
    const list = await (await desk.signedIn('viewer')).get('/machines');
    expect(list.text).toContain('… Proposed');
    expect(list.text).toContain(parties.join(', '));
    const page = await (signers.get('IT') as Browser).get(path());
    expect(page.text).toContain('because &lt;b&gt;we&lt;/b&gt; learned');
    expect(page.text).toContain('Sign the decision');
    // Somebody without a party sees all of it and has no form.
    const viewer = await (await desk.signedIn('viewer')).get(path());
    expect(viewer.text).not.toContain('Sign the decision');
  });
});

describe('a signature', () => {
  test('takes the password, the right content, a party of the account, and a name', async () => {
    for (const [fault, more] of [
      ['not your password', { password: 'wrong' }],
      ['Another content', { hash: 'f'.repeat(64) }],
      ['does not sign for that party', { party: 'Hiring managers' }],
      ['how you want to be shown', { name: ' ' }],
      ['needs a reason', { decision: 'rejected' }],
    ] as const) {
      const said = await sign('IT', more);
      expect([said.status, notice(said.text)]).toEqual([422, expect.stringContaining(fault)]);
    }
    expect((await readVersion(context(), 'application', next()))?.decisions).toEqual([]);
    const other = await desk.signedIn('committee');
    expect((await other.post(path(), { hash: await hashNow(), party: 'IT', name: 'x', password })).status).toBe(422);
    expect((await (await desk.signedIn('admin')).post(path(), {})).status).toBe(403);
  });

  test('is kept with content, account and time, once, and is in the audit log', async () => {
    expect((await sign('IT')).headers.get('location')).toBe(`${path()}?said=approved`);
    expect(notice((await sign('IT')).text)).toContain('has decided about this content already');
    const version = await readVersion(context(), 'application', next());
    expect(version?.decisions).toMatchObject([
      { party: 'IT', displayName: 'The one for IT', of: { hash: await hashNow() }, account: signers.get('IT')?.id },
    ]);
    const { items } = await readAudit(context().database.engine, { objectKind: 'machine_version' });
    expect(items[0]).toMatchObject({ action: 'version.approved', actor_id: signers.get('IT')?.id });
    // The database holds it too: nobody rewrites a signature.
    const change = context().database.engine.updateTable('approval').set({ display_name: 'Mallory' });
    await expect(change.execute()).rejects.toThrow(/append-only|permission denied/);
  });

  test('is void once anything changes', async () => {
    await propose(candidate('First try, with a comma'));
    const version = await readVersion(context(), 'application', next());
    expect(version).toMatchObject({ status: 'proposed', decisions: [], standing: { approved: [] } });
    expect((await readVersions(context())).filter((one) => one.status === 'replaced')).toHaveLength(1);
    expect((await sign('IT')).status).toBe(303);
  });

  test('that says no, with its reason, stops this content and leaves what runs in force', async () => {
    const said = await sign('Product owner', {
      decision: 'rejected',
      reason: 'Interns need <script>alert(1)</script>',
    });
    expect(said.headers.get('location')).toContain('said=rejected');
    const version = await readVersion(context(), 'application', next());
    expect(version).toMatchObject({ status: 'rejected', standing: { rejected: ['Product owner'] } });
    const page = await (await desk.signedIn('viewer')).get(path());
    expect(page.text).toContain('“Interns need &lt;script&gt;');
    const delivered = registryWith(version?.machine.definition as MachineDefinition);
    await keepVersions(context().database.engine, delivered, context().dictionary);
    const { machines } = await runnableVersions(context().database.engine, delivered);
    expect(machines.latest('application').version).toBe(next() - 1);
  });
});

describe('a version whose files are there', () => {
  let definition: MachineDefinition;
  test('does not run before all have signed, whoever of them is missing, and is proposed by itself', async () => {
    definition = candidate('Came with an update');
    const delivered = registryWith(definition);
    const db = context().database.engine;
    await keepVersions(db, delivered, context().dictionary);
    expect(await readVersion(context(), 'application', next())).toMatchObject({
      status: 'proposed',
      proposal: { proposer_kind: 'system' },
    });
    for (const party of parties) {
      const { machines, waiting } = await runnableVersions(db, delivered);
      expect(machines.has('application', next())).toBe(false);
      expect(waiting.map((one) => one.version)).toEqual([next()]);
      expect((await sign(party)).status).toBe(303);
      expect((await readVersion(context(), 'application', next()))?.status).toBe(
        party === parties.at(-1) ? 'signed' : 'proposed',
      );
      await keepVersions(db, delivered, context().dictionary);
    }
    const { machines } = await runnableVersions(db, delivered);
    expect(machines.latest('application').hash).toBe(compileMachine(definition).hash);
  });

  test('is proven by its signature file and the public key alone, and any change to the file is found', async () => {
    const version = Number(definition.version);
    const saved = await (await desk.signedIn('viewer')).get(`/machines/application/${version}/release/signatures.json`);
    // The process of this test was started before: it still runs the version before, and shows this one as signed.
    const file = JSON.parse(saved.text) as ApprovalFile;
    expect(file.approvals).toHaveLength(parties.length);
    expect(saved.text).not.toMatch(/acc_/);
    const keys = [...(await ownKeys(context().database.engine, context().vault)).values()].map(publicKeyPem).join('\n');
    const [pem, good] = [join(folder, 'key.pem'), join(folder, 'good.json')];
    writeFileSync(pem, keys);
    writeFileSync(good, saved.text);
    const interlock = commandLine({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
    const ran = await interlock('machine', 'verify-approval', good, '--key', pem);
    expect([ran.exitCode, ran.stdout]).toEqual([0, expect.stringContaining('All have signed')]);
    const [first, ...others] = file.approvals as [ApprovalFile['approvals'][0], ...ApprovalFile['approvals']];
    const forged: Record<string, unknown> = {
      'the content': { ...file, content: { ...(file.content as object), description: 'Another' } },
      'the hash': { ...file, of: { ...file.of, hash: 'a'.repeat(64) } },
      'a name': { ...file, approvals: [{ ...first, displayName: 'Mallory' }, ...others] },
      'a decision': { ...file, approvals: [{ ...first, decision: 'rejected', reason: 'no' }, ...others] },
      'a time': { ...file, approvals: [{ ...first, decidedAt: '2020-01-01T00:00:00.000000Z' }, ...others] },
      'who signs': { ...file, required: [...file.required, 'Works council'] },
      'one signature less': { ...file, approvals: others },
      'one signature twice': { ...file, approvals: [first, { ...first, party: others[0]?.party }, ...others.slice(1)] },
    };
    for (const [what, broken] of Object.entries(forged)) {
      const target = join(folder, 'forged.json');
      writeFileSync(target, JSON.stringify(broken));
      expect((await interlock('machine', 'verify-approval', target, '--key', pem)).exitCode, what).toBe(1);
    }
  });
});

describe('a comparison', () => {
  test('names what was added, removed and changed in picture and table, not by colour alone', async () => {
    const definition = candidate('With a waiting room', (states) => {
      const active = states.active as StateDefinition & { states: Record<string, StateDefinition> };
      const { triage } = active.states;
      active.states.waiting_room = structuredClone(triage as StateDefinition);
      active.states.triage = { ...(triage as StateDefinition), meta: { ...triage?.meta, owner: 'A robot' } as never };
      delete states.withdrawn;
    });
    // It breaks rules (nothing leads to the new state), so it cannot be proposed; what is drawn is the same.
    const { drawDiff } = await import('../../src/console/diagram/diff.ts');
    const { diffMachines } = await import('../../src/core/machine/diff.ts');
    const { layoutDiagram } = await import('../../src/console/diagram/layout.ts');
    const kept = candidate('x', (states) => {
      for (const state of Object.values(states)) dropWays(state, 'withdrawn');
      delete states.withdrawn;
    });
    const before = context().machines.latest('application');
    const after = compileMachine(kept);
    const svg = await drawDiff(before, after, diffMachines(before, after), layoutDiagram);
    expect(svg).toContain('✕ removed');
    expect(svg).toMatch(/class="mark removed"/);
    expect(diffMachines(after, before).states).toContainEqual(
      expect.objectContaining({ path: 'withdrawn', change: 'added' }),
    );
    expect(definition.states.withdrawn).toBeUndefined();
  }, 30_000);

  test('has a page; of a version with itself it says that there is nothing', async () => {
    const browser = await desk.signedIn('committee');
    const version = next() - 1;
    const same = await browser.get(`/machines/application/${version}/diff/${version}`);
    expect(same.text).toContain('to the last letter');
    const page = await browser.get(`/machines/application/${next()}/diff/${version}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Came with an update');
    expect((await browser.get('/machines/application/99/diff/1')).status).toBe(404);
    expect((await browser.get('/machines/payroll/1/diff/1')).status).toBe(404);
  }, 30_000);
});

test('history is replayed against a candidate: who would be refused, held, or land elsewhere', async () => {
  const db = context().database.engine;
  const rows = ledgerRows(db);
  const machine = context().machines.latest('application');
  const begin = machine.edges.get(machine.initial)?.[0];
  const steps = ['application.received', 'triage.started'];
  expect(begin?.event).toBe(steps[0]);
  const subjects: string[] = [];
  for (let nth = 0; nth < 3; nth += 1) {
    const subject = await rows.subject({ state: 'active.triage' });
    await rows.transition(subject, 1, { from: machine.initial, to: 'active.received' });
    await rows.transition(subject, 2, { from: 'active.received', to: 'active.triage' });
    subjects.push(subject);
  }
  // The helper writes one event name for all; the log is append-only, so the first steps get theirs by a fresh row.
  const stepNames = await db
    .selectFrom('transition')
    .select(['subject_id', 'version', 'type'])
    .orderBy('version')
    .execute();
  expect(stepNames.every((one) => one.type === 'triage.started')).toBe(true);
  const same = await replayHistory(context(), machine, '');
  // Without its first event nobody can be in triage: it would have waited for its turn.
  expect(same).toMatchObject({ subjects: 3, counts: { held: 3 }, next: null });
  const paged = await replayHistory(context(), machine, '', 2);
  expect(paged.next).toBe([...subjects].sort()[1]);
  const rest = await replayHistory(context(), machine, paged.next ?? '', 2);
  expect([paged.subjects, rest.subjects, rest.next]).toEqual([2, 1, null]);
  const page = await (await desk.signedIn('viewer')).get(`/machines/application/${next()}/replay`);
  for (const subject of subjects) expect(page.text).toContain(subject);
  const committee = await (signers.get('IT') as Browser).get(`/machines/application/${next()}/replay`);
  for (const subject of subjects) expect(committee.text).not.toContain(subject);
});

describe('published', () => {
  test('shows signatures by party and chosen name only, and gives the file to anybody', async () => {
    const now = context().machines.latest('application');
    const browser = signers.get('IT') as Browser;
    const release = `/machines/application/${now.version}/release`;
    await browser.post(release, { hash: now.hash, party: 'IT', name: 'Ada, IT', decision: 'approved', password });
    // Pages keep what they read for a few seconds.
    await expect
      .poll(async () => (await desk.browser().get(`/published/application/${now.version}/${now.hash}`)).text, {
        timeout: 15_000,
        interval: 500,
      })
      .toContain('Ada, IT');
    const file = await desk.browser().get(`/published/application/${now.version}/${now.hash}/signatures.json`);
    expect(file.text).toContain('Ada, IT');
    expect(file.text).not.toMatch(/acc_/);
  }, 30_000);

  test('the dictionary is signed in the same way', async () => {
    const browser = signers.get('IT') as Browser;
    const release = `/dictionary/${context().dictionaryVersion}/release`;
    const hash = /name="hash" value="([0-9a-f]{64})"/.exec((await browser.get(release)).text)?.[1] ?? '';
    expect(hash).toBe(context().dictionary.hash);
    const said = await browser.post(release, { hash, party: 'IT', name: 'Ada', decision: 'approved', password });
    expect(said.headers.get('location')).toBe(`${release}?said=approved`);
    const file = JSON.parse((await browser.get(`${release}/signatures.json`)).text) as ApprovalFile;
    const { checkApprovalFile } = await import('../../src/core/access/approval.ts');
    const verdict = checkApprovalFile(file, await ownKeys(context().database.engine, context().vault));
    expect(verdict).toMatchObject({ kind: 'proven', standing: { approved: ['IT'] } });
  });
});

function registryWith(definition: MachineDefinition) {
  const { machines } = loadDefinitions();
  const all = [...machines.all().map((one) => one.definition), definition];
  return createRegistry(
    all,
    Object.fromEntries(all.map((one) => [`${one.id}.v${one.version}`, { hash: compileMachine(one).hash }])),
  );
}

function dropWays(state: StateDefinition, target: string): void {
  const mutable = state as { on?: Record<string, unknown>; states?: Record<string, StateDefinition> };
  for (const [event, ways] of Object.entries(mutable.on ?? {}))
    if (JSON.stringify(ways).includes(`${target}"`)) delete mutable.on?.[event];
  for (const inner of Object.values(mutable.states ?? {})) dropWays(inner, target);
}
