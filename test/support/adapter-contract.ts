// One contract that every adapter keeps against its simulator, whatever the simulator does to it (DESIGN.md §10).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type {
  Adapter,
  InboundRequest,
  Secrets,
  TranslatedEvent,
  Translation,
  VendorContext,
  Work,
} from '../../src/adapters/port.ts';
import { isWithin } from '../../src/core/machine.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { FaultKind, FaultOptions, FaultScript } from '../../src/sandbox/kernel/faults.ts';
import type { WebhookEmitter } from '../../src/sandbox/kernel/webhooks.ts';
import { captureWebhooks, type WebhookCapture } from './capture-webhooks.ts';

/** A running simulator and how to talk of its state; a new one for every test. */
export interface ContractSandbox<Settings> {
  faults: FaultScript;
  webhooks: WebhookEmitter | null;
  settings: Settings;
  secrets: Secrets;
  /** A fresh thing in the simulator (or, for an adapter that creates, one still to be created) and a change it does not show yet. */
  newWork(): Work;
  /** What the simulator really saved, whatever its answers said. */
  isApplied(work: Work): boolean;
  /** How often the change was saved: twice is a duplicate. */
  timesApplied(work: Work): number;
  /** A person brings the thing to something that is neither the start nor the aim of the work. */
  editByHand?(work: Work): void;
  /** Takes the stage (field, option) that the work needs out of the vendor's configuration. */
  breakMapping?(work: Work): void;
  /** Every token given out so far stops working; the credentials stay good. */
  expireTokens?(): void;
  /** Makes the vendor send at least one webhook that is an event for us. */
  causeEvent?(): void | Promise<void>;
  close(): Promise<void>;
}

export interface ContractHarness<Settings> {
  adapter: Adapter<Settings>;
  open(): Promise<ContractSandbox<Settings>>;
  /** Left out by a vendor without webhooks. */
  inbound?: {
    signatureHeader: string;
    /** The field of the secrets that signs. */
    secretField: string;
    /** False where the vendor's signature does not cover the body. */
    coversBody: boolean;
    /** True where the vendor reports our own writes back to us. */
    echoes: boolean;
    /** Turns raw bytes into what `translate` takes; JSON unless said otherwise. */
    parse?: (body: Uint8Array) => unknown;
  };
  /** Ids that exist nowhere, for an adapter that does not create. */
  unknownRef?: string;
}

const requestTimeoutMs = 300;
const done = ['confirmed', 'confirmed_already'];

export function adapterContract<Settings>(harness: ContractHarness<Settings>): void {
  const { adapter } = harness;
  describe(`${adapter.name}: adapter contract`, () => {
    const bench = createBench(harness);
    beforeAll(bench.start);
    afterAll(bench.stop);
    beforeEach(bench.open);
    afterEach(bench.close);

    if (adapter.capabilities.writes) {
      describe('writes', () => writes(bench));
      describe('faults', () => faults(bench));
      if (adapter.capabilities.reads) describe('reads decide', () => readsDecide(bench, harness));
    }
    if (harness.inbound)
      describe('webhooks', () => webhooks(bench, harness, harness.inbound as NonNullable<typeof harness.inbound>));
    describe('garbage', () => garbage(bench));
  });
}

function writes<Settings>(bench: Bench<Settings>): void {
  test('a write ends confirmed, saved once', async () => {
    const work = bench.sandbox.newWork();
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('the same write again changes nothing', async () => {
    const work = bench.sandbox.newWork();
    await bench.settle(work);
    expect(await bench.settle({ ...work, attempt: 2 })).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('a state this system cannot show has no writeback', () => {
    expect(bench.adapter.shows(bench.sandbox.settings, 'application', 'no.such.state')).toBe(false);
  });

  test('only the elements it asks for reach a vendor call', () => {
    const work = bench.sandbox.newWork();
    const asked = bench.adapter.elementsFor(bench.sandbox.settings, work.targetState);
    expect(Object.keys(work.elements).filter((name) => !asked.includes(name))).toEqual([]);
  });
}

function faults<Settings>(bench: Bench<Settings>): void {
  const savedButUnclear: FaultKind[] = ['save_then_500', 'save_then_hang', 'reset'];
  test.each(savedButUnclear)('%s: known in the end, saved once', async (kind) => {
    const work = bench.sandbox.newWork();
    bench.next(kind);
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('an error before saving is tried again', async () => {
    const work = bench.sandbox.newWork();
    bench.next('error_before');
    expect((await bench.apply(work)).kind).toMatch(/^(retryable|ambiguous)$/);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('429 with Retry-After waits as long as it says', async () => {
    const work = bench.sandbox.newWork();
    bench.next('rate_limit', { retryAfterSeconds: 7 });
    expect(await bench.apply(work)).toEqual({ kind: 'rate_limited', afterMs: 7_000 });
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('429 without Retry-After waits some time', async () => {
    const work = bench.sandbox.newWork();
    bench.next('rate_limit_bare');
    const outcome = await bench.apply(work);
    expect(outcome).toMatchObject({ kind: 'rate_limited' });
    expect((outcome as { afterMs: number }).afterMs).toBeGreaterThanOrEqual(1_000);
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('a login page with 200 is no yes', async () => {
    const work = bench.sandbox.newWork();
    bench.next('html_200');
    expect(await bench.apply(work)).not.toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    expect(await bench.settle(work)).toSatisfy(isDone);
  });

  test('credentials that are refused open the circuit and kill nothing', async () => {
    const work = bench.sandbox.newWork();
    bench.next('unauthorised', { times: 4 });
    if (bench.adapter.capabilities.reads) bench.next('unauthorised', { on: 'read', times: 4 });
    expect(await bench.apply(work)).toEqual({ kind: 'unauthorised' });
    expect(bench.sandbox.isApplied(work)).toBe(false);
    bench.sandbox.faults.calm();
  });

  test('an expired token is renewed unseen', async () => {
    const { expireTokens } = bench.sandbox;
    if (!expireTokens) return;
    await bench.settle(bench.sandbox.newWork());
    expireTokens();
    const work = bench.sandbox.newWork();
    expect(await bench.apply(work)).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
  });

  test('a write that is cut off from outside is not reported as done', async () => {
    const work = bench.sandbox.newWork();
    const outcome = await bench.apply(work, AbortSignal.abort());
    expect(outcome.kind).toMatch(/^(retryable|ambiguous)$/);
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });
}

function readsDecide<Settings>(bench: Bench<Settings>, harness: ContractHarness<Settings>): void {
  test('200 that saved nothing is contradicted, never confirmed', async () => {
    const work = bench.sandbox.newWork();
    bench.next('save_nothing');
    const said = await bench.apply(work);
    expect(said).not.toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(false);
    if (said.kind === 'accepted') expect((await bench.confirm(withRef(work, said))).kind).toBe('contradicted');
    expect(await bench.settle(work)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('a slow reader is waited for, not written to again', async () => {
    const work = bench.sandbox.newWork();
    bench.next('read_lag', { ms: 150 });
    const said = await bench.apply(work);
    expect(said.kind).toBe('accepted');
    expect(await bench.settle(work, said)).toSatisfy(isDone);
    expect(bench.sandbox.timesApplied(work)).toBe(1);
  });

  test('nothing is written on a read that fails', async () => {
    for (const kind of ['error_before', 'html_200', 'reset', 'rate_limit'] as const) {
      const work = bench.sandbox.newWork();
      bench.next(kind, { on: 'read' });
      expect((await bench.apply(work)).kind).toBe(kind === 'rate_limit' ? 'rate_limited' : 'retryable');
      expect(bench.sandbox.isApplied(work)).toBe(false);
    }
  });

  test('what a person changed in between is seen and not overwritten', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.editByHand) return;
    bench.sandbox.editByHand(work);
    expect((await bench.apply(work)).kind).toBe('conflict');
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('force overwrites it', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.editByHand) return;
    bench.sandbox.editByHand(work);
    expect(await bench.settle({ ...work, force: true })).toSatisfy(isDone);
    expect(bench.sandbox.isApplied(work)).toBe(true);
  });

  test('a stage that is gone is refused with a reason', async () => {
    const work = bench.sandbox.newWork();
    if (!bench.sandbox.breakMapping) return;
    bench.sandbox.breakMapping(work);
    expect(await bench.apply(work)).toEqual({ kind: 'refused', reason: expect.stringMatching(/^[a-z0-9_]+$/) });
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });

  test('an id the vendor does not know is refused, and reads as nothing', async () => {
    if (harness.unknownRef === undefined) return;
    const work = { ...bench.sandbox.newWork(), ref: harness.unknownRef };
    expect(await bench.apply(work)).toEqual({ kind: 'refused', reason: 'target_missing' });
    expect(await bench.adapter.read(harness.unknownRef, bench.context())).toBeNull();
  });

  test('confirming only looks', async () => {
    const work = bench.sandbox.newWork();
    expect((await bench.confirm(work)).kind).toBe('contradicted');
    expect(bench.sandbox.isApplied(work)).toBe(false);
  });
}

function webhooks<Settings>(
  bench: Bench<Settings>,
  { adapter }: ContractHarness<Settings>,
  inbound: NonNullable<ContractHarness<Settings>['inbound']>,
): void {
  const verify = (request: InboundRequest, ...secrets: Secrets[]) =>
    adapter.verify(request, secrets, bench.sandbox.settings);
  const translate = (request: InboundRequest): Translation[] => bench.translate(request, inbound.parse);
  const one = async (): Promise<InboundRequest> => {
    await bench.sandbox.causeEvent?.();
    await bench.sandbox.webhooks?.drain();
    const request = bench.captured().at(-1);
    if (!request) throw new Error('The simulator sent no webhook; `causeEvent` must make it send one.');
    return request;
  };

  test('a real one is accepted and says something', async () => {
    const request = await one();
    expect(verify(request, bench.sandbox.secrets)).toEqual({ ok: true });
    expect(events(translate(request)).length).toBeGreaterThanOrEqual(1);
  });

  test('during a rotation either secret is good, and afterwards only the new one', async () => {
    const request = await one();
    const other = { ...bench.sandbox.secrets, [inbound.secretField]: 'another-secret-of-the-same-kind' };
    expect(verify(request, other, bench.sandbox.secrets)).toEqual({ ok: true });
    expect(verify(request, bench.sandbox.secrets, other)).toEqual({ ok: true });
    expect(verify(request, other)).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('without its signature it is refused', async () => {
    const request = await one();
    const { [inbound.signatureHeader]: _, ...headers } = request.headers;
    expect(verify({ ...request, headers }, bench.sandbox.secrets)).toMatchObject({
      ok: false,
      code: 'missing_signature',
    });
    const garbled = { ...request.headers, [inbound.signatureHeader]: 'sha256 zz' };
    expect(verify({ ...request, headers: garbled }, bench.sandbox.secrets).ok).toBe(false);
  });

  test.runIf(inbound.coversBody)('one altered byte is refused', async () => {
    const request = await one();
    const body = Uint8Array.from(request.body);
    body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    expect(verify({ ...request, body }, bench.sandbox.secrets)).toMatchObject({ ok: false, code: 'bad_signature' });
  });

  test('sent twice it has the same id, sent for two things it has two', async () => {
    bench.sandbox.webhooks?.tune({ duplicates: 1 });
    await one();
    const first = bench.captured().map((request) => ids(translate(request)));
    expect(first.length % 2).toBe(0);
    expect(new Set(first.flat()).size).toBe(first.flat().length / 2);
    bench.sandbox.webhooks?.tune({ duplicates: 0 });
    const another = ids(translate(await one()));
    for (const id of another) expect(first.flat()).not.toContain(id);
  });

  test('translating twice gives the same', async () => {
    const request = await one();
    expect(translate(request)).toEqual(translate(request));
  });

  test.runIf(inbound.echoes)('the echo of our own write names the state that was written', async () => {
    const work = bench.sandbox.newWork();
    await bench.sandbox.webhooks?.drain();
    const before = bench.captured().length;
    await bench.settle(work);
    await bench.sandbox.webhooks?.drain();
    const said = bench
      .captured()
      .slice(before)
      .flatMap((request) => events(translate(request)));
    expect(said.some((event) => names(event, work))).toBe(true);
  });
}

function garbage<Settings>(bench: Bench<Settings>): void {
  const nonsense: unknown[] = [
    null,
    0,
    '',
    'text',
    [],
    [[]],
    {},
    { action: 7 },
    { payload: null },
    { action: 'x', payload: { application: [] } },
    { a: { b: { c: [{}] } } },
    JSON.parse('{"__proto__":{"x":1}}'),
  ];
  test.each(nonsense.map((payload) => [JSON.stringify(payload), payload]))(
    '%s never throws and never becomes an event',
    (_, payload) => {
      const said = bench.adapter.translate(payload, {
        connection: 'contract',
        settings: bench.sandbox.settings,
        headers: {},
        receivedAt: 1_700_000_000_000,
      });
      expect(said.filter((one) => one.kind === 'event')).toEqual([]);
      expect(said.length).toBeGreaterThanOrEqual(1);
    },
  );
}

interface Bench<Settings> {
  adapter: Adapter<Settings>;
  sandbox: ContractSandbox<Settings>;
  next(kind: FaultKind, options?: FaultOptions): void;
  context(signal?: AbortSignal): VendorContext<Settings>;
  apply(work: Work, signal?: AbortSignal): Promise<Outcome>;
  confirm(work: Work): Promise<Outcome>;
  /** Drives a writeback as the core does, with the waits cut short; gives the last outcome. */
  settle(work: Work, after?: Outcome): Promise<Outcome>;
  captured(): readonly InboundRequest[];
  translate(request: InboundRequest, parse?: (body: Uint8Array) => unknown): Translation[];
  start(): Promise<void>;
  stop(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

function createBench<Settings>({ adapter, open }: ContractHarness<Settings>): Bench<Settings> {
  let http: OwnedVendorHttp;
  let capture: WebhookCapture;
  let sandbox: ContractSandbox<Settings> | undefined;
  const current = (): ContractSandbox<Settings> => {
    if (!sandbox) throw new Error('The sandbox is open only inside a test.');
    return sandbox;
  };
  const context = (signal = new AbortController().signal): VendorContext<Settings> => ({
    connection: 'contract',
    settings: current().settings,
    secrets: current().secrets,
    http,
    signal,
  });
  const apply = async (work: Work, signal?: AbortSignal): Promise<Outcome> =>
    (await adapter.apply(work, context(signal))).outcome;
  const confirm = async (work: Work): Promise<Outcome> => (await adapter.confirm(work, context())).outcome;
  return {
    adapter,
    get sandbox() {
      return current();
    },
    next: (kind, options) => current().faults.next(kind, options),
    context,
    apply,
    confirm,
    async settle(work, after) {
      let at = work;
      let outcome = after ?? (await apply(at));
      for (let turn = 0; turn < 8 && !isDone(outcome) && outcome.kind !== 'refused'; turn += 1) {
        await new Promise((resolve) =>
          setTimeout(resolve, Math.min('afterMs' in outcome ? (outcome.afterMs ?? 0) : 0, 200)),
        );
        at = withRef(at, outcome);
        outcome =
          outcome.kind === 'accepted' ? await confirm(at) : await apply({ ...at, attempt: at.attempt + turn + 1 });
      }
      return outcome;
    },
    captured: () => capture.requests,
    translate(request, parse = (body) => JSON.parse(Buffer.from(body).toString('utf8'))) {
      return adapter.translate(parse(request.body), {
        connection: 'contract',
        settings: current().settings,
        headers: request.headers,
        receivedAt: request.receivedAt,
      });
    },
    async start() {
      http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: requestTimeoutMs, bodyBytesMax: 1024 * 1024 });
      capture = await captureWebhooks(adapter.acknowledgement.status);
    },
    async stop() {
      await http.close();
      await capture.close();
    },
    async open() {
      sandbox = await open();
      capture.requests.length = 0;
      sandbox.webhooks?.target(capture.url);
    },
    async close() {
      const pending = sandbox?.faults.pending() ?? 0;
      await sandbox?.close();
      sandbox = undefined;
      expect(pending, 'faults that were queued but never struck').toBe(0);
    },
  };
}

const isDone = (outcome: Outcome): boolean => done.includes(outcome.kind);
const withRef = (work: Work, outcome: Outcome): Work =>
  'ref' in outcome && outcome.ref !== undefined ? { ...work, ref: outcome.ref } : work;
const events = (said: Translation[]): TranslatedEvent[] => said.filter((one) => one.kind === 'event');
const ids = (said: Translation[]): string[] => said.flatMap((one) => (one.kind === 'ignored' ? [] : [one.externalId]));

function names({ claim, ref }: TranslatedEvent, work: Work): boolean {
  if (work.ref !== null && ref !== work.ref) return false;
  if (claim.kind === 'event') return claim.type === work.eventType;
  return isWithin(work.targetState, claim.target) || isWithin(claim.target, work.targetState);
}
