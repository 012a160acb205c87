// The part of the adapter contract about what a vendor sends: signatures, repetitions, echoes and nonsense.
import { expect, test } from 'vitest';
import type { InboundRequest, Secrets, TranslatedEvent, Translation, Work } from '../../src/adapters/port.ts';
import { isWithin } from '../../src/core/machine.ts';
import type { Bench, ContractHarness } from './contract-bench.ts';

export function webhooks<Settings>(
  bench: Bench<Settings>,
  { adapter }: ContractHarness<Settings>,
  inbound: NonNullable<ContractHarness<Settings>['inbound']>,
): void {
  const verify = (request: InboundRequest, ...secrets: Secrets[]) => {
    const verdict = adapter.verify(request, secrets, bench.sandbox.settings);
    if (!verdict.ok && verdict.detail.startsWith('not_written_yet')) throw new Error(verdict.detail);
    return verdict;
  };
  const translate = (request: InboundRequest): Translation[] => bench.translate(request, inbound.parse);
  const one = async (): Promise<InboundRequest> => {
    await bench.sandbox.causeEvent?.();
    await bench.sandbox.webhooks?.drain();
    const request = bench.captured().at(-1);
    if (!request) throw new Error('The simulator sent no webhook; `causeEvent` must make it send one.');
    if (!inbound.signatureInBody && request.headers[inbound.signatureHeader] === undefined)
      throw new Error(
        `not_written_yet: the simulator sends no ${inbound.signatureHeader}: signed in src/sandbox/${adapter.name}.ts`,
      );
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
    expect(verify(signedWith(request, inbound, undefined), bench.sandbox.secrets)).toMatchObject({
      ok: false,
      code: 'missing_signature',
    });
    expect(verify(signedWith(request, inbound, 'sha256 zz'), bench.sandbox.secrets).ok).toBe(false);
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
    const read = await Promise.all(said.map((event) => looked(bench, event)));
    expect(read.some((event) => names(event, work))).toBe(true);
  });
}

export function garbage<Settings>(bench: Bench<Settings>): void {
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

/** The same request with another signature, or with none. */
function signedWith(
  request: InboundRequest,
  { signatureHeader: name, signatureInBody }: { signatureHeader: string; signatureInBody?: true },
  signature: string | undefined,
): InboundRequest {
  const { [name]: _, ...headers } = request.headers;
  if (!signatureInBody)
    return { ...request, headers: signature === undefined ? headers : { ...headers, [name]: signature } };
  const body = { ...JSON.parse(Buffer.from(request.body).toString('utf8')), [name]: signature };
  return { ...request, body: Buffer.from(JSON.stringify(body)) };
}

const events = (said: Translation[]): TranslatedEvent[] => said.filter((one) => one.kind === 'event');
const ids = (said: Translation[]): string[] => said.flatMap((one) => (one.kind === 'ignored' ? [] : [one.externalId]));

/** An event that only names the thing says what is read then, as the worker does it. */
async function looked<Settings>(bench: Bench<Settings>, event: TranslatedEvent): Promise<TranslatedEvent> {
  if (!event.look || event.claim.kind === 'event') return event;
  const reading = await bench.adapter.read(event.ref, bench.context());
  const targets = reading?.states ?? (reading?.state ? [reading.state] : []);
  return { ...event, claim: { kind: 'stage', targets } };
}

function names({ claim, ref }: TranslatedEvent, work: Work): boolean {
  if (work.ref !== null && ref !== work.ref) return false;
  if (claim.kind === 'event') return claim.type === work.eventType;
  return claim.targets.some((target) => isWithin(work.targetState, target) || isWithin(target, work.targetState));
}
