// Certification itself: an adapter that keeps the contract passes, and one that breaks it is caught, fault by fault.
import { expect, test } from 'vitest';
import { bamboohr } from '../../src/adapters/bamboohr/index.ts';
import { greenhouse } from '../../src/adapters/greenhouse/index.ts';
import type { GreenhouseSettings } from '../../src/adapters/greenhouse/settings.ts';
import type { Adapter, Carried, Translation, Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { signedWebhook } from '../../src/adapters/signed-webhook/index.ts';
import { createBench } from '../../src/certify/bench.ts';
import { creatingBench } from '../../src/certify/benches/bamboohr.ts';
import { greenhouseBench } from '../../src/certify/benches/greenhouse.ts';
import { receiptBench } from '../../src/certify/benches/signed-webhook.ts';
import { casesOf } from '../../src/certify/cases/index.ts';
import { certify } from '../../src/certify/certify.ts';
import { type Column, columnNames } from '../../src/certify/columns.ts';
import type { ContractHarness } from '../../src/certify/harness.ts';
import { benchesOf, triedElsewhere } from '../../src/certify/registry.ts';
import { type CaseResult, runCase } from '../../src/certify/run-case.ts';
import { report } from '../../src/cli/certify.ts';
import type { Outcome } from '../../src/core/delivery/outcome.ts';
import { commandLine } from '../support/command-line.ts';
import { mappingOf } from '../support/mappings.ts';

const interlock = commandLine({});

test('every adapter has a simulator to be certified on', () => {
  const untried = [...adapters.keys()].filter((name) => benchesOf(name).length === 0);
  expect(untried.filter((name) => !Object.hasOwn(triedElsewhere, name))).toEqual([]);
});

test('one adapter: the matrix, its totals, and 0 where all is kept', async () => {
  const ran = await interlock('certify', '--adapter', 'checkr', '--json');
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  const said = JSON.parse(ran.stdout) as {
    totals: object;
    adapters: { cells: Record<Column, { happened: string }> }[];
  };
  expect(said.totals).toEqual({ false_confirmation: 0, double_apply: 0, inversion: 0 });
  expect(said.adapters[0]?.cells).toMatchObject({
    saved_nothing: { verdict: 'not_offered', why: 'nothing is written there' },
    duplicate: { verdict: 'kept', happened: 'same id' },
    echo: { verdict: 'not_offered', why: 'it does not report our own writes' },
  });
}, 30_000);

test('it must be said which, and it must be one there is', async () => {
  expect(await interlock('certify')).toMatchObject({ exitCode: 2 });
  expect(await interlock('certify', '--all', '--adapter', 'greenhouse')).toMatchObject({ exitCode: 2 });
  expect(await interlock('certify', '--adapter', 'nobody')).toMatchObject({ exitCode: 2 });
});

/** Greenhouse as somebody might have written it: one fault of theirs for each of a vendor's. */
const broken: Record<Column, Partial<Adapter<GreenhouseSettings>>> = {
  saved_nothing: outcomes((said) => (said.kind === 'accepted' ? { kind: 'confirmed' } : said)),
  saved_then_500: applying(async (work, context) => ({ ...(await greenhouse.apply(work, context)), outcome: gone })),
  hang_after: applying(async (work, context) => ({ ...(await greenhouse.apply(work, context)), outcome: gone })),
  rate_limit: outcomes((said) => (said.kind === 'rate_limited' ? { kind: 'rate_limited', afterMs: 1_000 } : said)),
  rate_limit_bare: outcomes((said) => (said.kind === 'rate_limited' ? { kind: 'rate_limited', afterMs: 0 } : said)),
  html_200: outcomes((said) => (said.kind === 'ambiguous' ? { kind: 'confirmed' } : said)),
  expired_token: applying(async (work, context) =>
    greenhouse.apply(work, { ...context, secrets: { ...context.secrets, clientSecret: 'over' } }),
  ),
  edited_by_hand: applying((work, context) => greenhouse.apply({ ...work, overwrites: ['*'] }, context)),
  renamed_stage: outcomes((said) => (said.kind === 'refused' ? { kind: 'confirmed' } : said)),
  duplicate: translating((said, { receivedAt }, nth) => ({ ...said, externalId: `${receivedAt}-${nth}` })),
  late: translating((said, { receivedAt }) => ({ ...said, occurredAt: new Date(receivedAt).toISOString() })),
  reordered: translating((said) => ({
    ...said,
    occurredAt: new Date(4e12 - Date.parse(said.occurredAt)).toISOString(),
  })),
  echo: translating((said) => ({ ...said, claim: { kind: 'event', type: 'application.received' } })),
};

test.each(columnNames)('%s: an adapter that gets it wrong is caught', async (column) => {
  const found = await tried(
    { ...greenhouseBench, adapter: { ...greenhouse, ...broken[column] } } as ContractHarness,
    column,
  );
  expect(found.broken).not.toBeNull();
  const right = await tried(greenhouseBench as ContractHarness, column);
  expect(right).toMatchObject({ broken: null, violations: [] });
});

test('false confirmations, double applies and inversions are counted as such', async () => {
  const kinds = async (harness: unknown, column: Column): Promise<string[]> =>
    (await tried(harness as ContractHarness, column)).violations.map(({ kind }) => kind);
  const wrong = (column: Column) => ({ ...greenhouseBench, adapter: { ...greenhouse, ...broken[column] } });
  expect(await kinds(wrong('saved_nothing'), 'saved_nothing')).toContain('false_confirmation');
  expect(await kinds(wrong('edited_by_hand'), 'edited_by_hand')).toEqual(['inversion']);
  expect(await kinds(wrong('reordered'), 'reordered')).toEqual(['inversion']);
  // A key of its own for each attempt: what was saved already is saved again.
  const keyless = {
    ...signedWebhook,
    apply: (work: Work, context: never) =>
      signedWebhook.apply({ ...work, writeback: `${work.writeback}-${work.attempt}` }, context),
  };
  expect(await kinds({ ...receiptBench, adapter: keyless }, 'saved_then_500')).toContain('double_apply');
});

test('the whole of a broken adapter ends in 1, and says where', async () => {
  const harness = { ...creatingBench, adapter: { ...bamboohr, translate: (): Translation[] => [] } };
  const answer = report([await certify(harness as ContractHarness, mappingOf('bamboohr'))], ['acme']);
  expect(answer).toMatchObject({ kind: 'done', exitCode: 1 });
  const { text } = answer as { text: string };
  expect(text).toContain('nothing was said about it');
  expect(text).toContain('Not tried, as src/certify/registry.ts has no simulator for them: acme.');
}, 60_000);

const gone: Outcome = { kind: 'refused', reason: 'http_500' };

/** One check alone, on a fresh simulator. */
async function tried(harness: ContractHarness, column: Column): Promise<CaseResult> {
  const bench = createBench(harness, mappingOf(harness.adapter.name));
  const one = casesOf(harness).find((each) => each.column === column);
  if (!one) throw new Error(`No check is about ${column}`);
  await bench.start();
  try {
    return await runCase(bench, one);
  } finally {
    await bench.stop();
  }
}

type Greenhouse = Adapter<GreenhouseSettings>;

function applying(apply: Greenhouse['apply']): Partial<Greenhouse> {
  return { apply };
}

function outcomes(change: (said: Outcome) => Outcome): Partial<Greenhouse> {
  const changed = async (said: Promise<Carried>): Promise<Carried> => {
    const carried = await said;
    return { ...carried, outcome: change(carried.outcome) };
  };
  return {
    apply: (work, context) => changed(greenhouse.apply(work, context)),
    confirm: (work, context) => changed(greenhouse.confirm(work, context)),
  };
}

type TranslatedEvent = Extract<Translation, { kind: 'event' }>;

/** `nth`: how many were translated before. */
function translating(
  change: (said: TranslatedEvent, context: { receivedAt: number }, nth: number) => TranslatedEvent,
): Partial<Greenhouse> {
  let count = 0;
  return {
    translate: (payload, context) =>
      greenhouse.translate(payload, context).map((one) => (one.kind === 'event' ? change(one, context, count++) : one)),
  };
}
