// What the checks about webhooks share: one real webhook of the simulator, what it says, and the same with another signature.
import type { InboundRequest, Secrets, TranslatedEvent, Translation, Verdict, Work } from '../../adapters/port.ts';
import { isWithin } from '../../core/machine/machine.ts';
import type { Bench } from '../bench.ts';
import type { ContractHarness } from '../harness.ts';

export type Inbound = NonNullable<ContractHarness['inbound']>;

/** Only for an adapter whose vendor sends webhooks. */
export function inboundOf({ harness }: Bench): Inbound {
  if (!harness.inbound) throw new Error('This vendor sends no webhooks.');
  return harness.inbound;
}

export function verify(bench: Bench, request: InboundRequest, ...secrets: Secrets[]): Verdict {
  const verdict = bench.adapter.verify(request, secrets, bench.sandbox.settings);
  if (!verdict.ok && verdict.detail.startsWith('not_written_yet')) throw new Error(verdict.detail);
  return verdict;
}

export const translate = (bench: Bench, request: InboundRequest): Translation[] =>
  bench.translate(request, inboundOf(bench).parse);

/** Makes the simulator send, and gives the last webhook that came. */
export async function one(bench: Bench): Promise<InboundRequest> {
  const { signatureInBody, signatureHeader } = inboundOf(bench);
  await bench.sandbox.causeEvent?.();
  await bench.sandbox.webhooks?.drain();
  const request = bench.captured().at(-1);
  if (!request) throw new Error('The simulator sent no webhook; `causeEvent` must make it send one.');
  if (!signatureInBody && request.headers[signatureHeader] === undefined)
    throw new Error(
      `not_written_yet: the simulator sends no ${signatureHeader}: signed in src/sandbox/${bench.adapter.name}.ts`,
    );
  return request;
}

/** The same request with another signature, or with none. */
export function signedWith(
  request: InboundRequest,
  { signatureHeader: name, signatureInBody }: Inbound,
  signature: string | undefined,
): InboundRequest {
  const { [name]: _, ...headers } = request.headers;
  if (!signatureInBody)
    return { ...request, headers: signature === undefined ? headers : { ...headers, [name]: signature } };
  const body = { ...JSON.parse(Buffer.from(request.body).toString('utf8')), [name]: signature };
  return { ...request, body: Buffer.from(JSON.stringify(body)) };
}

export const events = (said: Translation[]): TranslatedEvent[] => said.filter((one) => one.kind === 'event');
export const ids = (said: Translation[]): string[] =>
  said.flatMap((one) => (one.kind === 'ignored' ? [] : [one.externalId]));

/** An event that only names the thing says what is read then, as the worker does it. */
export async function looked(bench: Bench, event: TranslatedEvent): Promise<TranslatedEvent> {
  if (!event.look || event.claim.kind === 'event') return event;
  const reading = await bench.adapter.read(event.ref, bench.context());
  const targets = reading?.states ?? (reading?.state ? [reading.state] : []);
  return { ...event, claim: { kind: 'stage', targets } };
}

/** True when an event names what this write wrote. */
export function names({ claim, ref }: TranslatedEvent, work: Work): boolean {
  if (work.ref !== null && ref !== work.ref) return false;
  if (claim.kind === 'event') return claim.type === work.eventType;
  return claim.targets.some((target) => isWithin(work.targetState, target) || isWithin(target, work.targetState));
}
