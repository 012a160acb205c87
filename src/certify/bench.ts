// Runs an adapter against a fresh simulator for each check of the contract, and drives writebacks as the core does.
import { setTimeout as pause } from 'node:timers/promises';
import { createVendorHttp, type OwnedVendorHttp } from '../adapters/http.ts';
import type { Adapter, InboundRequest, Translation, VendorContext, Work } from '../adapters/port.ts';
import type { Outcome } from '../core/delivery/outcome.ts';
import type { SystemMapping } from '../core/dictionary/mapping.ts';
import type { FaultKind, FaultOptions } from '../sandbox/kernel/faults.ts';
import { captureWebhooks, type WebhookCapture } from './capture-webhooks.ts';
import type { ContractHarness, ContractSandbox } from './harness.ts';
import { must } from './must.ts';
import { createViolations, type Violation, type ViolationKind } from './violations.ts';

/** What a request is given: a simulator on a busy machine needs that at times, and one that hangs is soon over. */
export const requestTimeoutMs = 1_000;
/** Waits of the retry schedule are cut to this. */
const waitMsMax = 200;
const turnsMax = 8;

export interface Bench {
  harness: ContractHarness;
  adapter: Adapter;
  sandbox: ContractSandbox<unknown>;
  next(kind: FaultKind, options?: FaultOptions): void;
  context(signal?: AbortSignal): VendorContext<unknown>;
  apply(work: Work, signal?: AbortSignal): Promise<Outcome>;
  confirm(work: Work): Promise<Outcome>;
  /** Drives a writeback as the core does, with the waits cut short; gives the last outcome. */
  settle(work: Work, after?: Outcome): Promise<Outcome>;
  captured(): readonly InboundRequest[];
  translate(request: InboundRequest, parse?: (body: Uint8Array) => unknown): Translation[];
  /** What must never happen, and did. */
  violation(kind: ViolationKind, detail: string): void;
  violations(): readonly Violation[];
  /** The outcomes of this check, in order. */
  outcomes(): readonly Outcome[];
}

export interface OwnedBench extends Bench {
  start(): Promise<void>;
  stop(): Promise<void>;
  open(): Promise<void>;
  /** Throws when faults that were asked for never struck: the check then showed nothing. */
  close(): Promise<void>;
}

/** `mapping`: the dictionary's, of this adapter. */
export function createBench(harness: ContractHarness, mapping: SystemMapping): OwnedBench {
  const { adapter } = harness;
  let http: OwnedVendorHttp;
  let capture: WebhookCapture;
  let sandbox: ContractSandbox<unknown> | undefined;
  let watched = createViolations();
  let said: Outcome[] = [];
  const current = (): ContractSandbox<unknown> => {
    if (!sandbox) throw new Error('The sandbox is open only during a check.');
    return sandbox;
  };
  const context = (signal = new AbortController().signal): VendorContext<unknown> => {
    const { settings, secrets } = current();
    return { connection: 'contract', settings, mapping, secrets, http, signal };
  };
  const heard = (work: Work, outcome: Outcome): Outcome => {
    watched.watch(work);
    said.push(written(adapter.name, outcome));
    if (isDone(outcome) && !current().isApplied(withRef(work, outcome)))
      watched.add('false_confirmation', `${outcome.kind}, and it was not saved`);
    return outcome;
  };
  const apply = async (work: Work, signal?: AbortSignal): Promise<Outcome> =>
    heard(work, (await adapter.apply(work, context(signal))).outcome);
  const confirm = async (work: Work): Promise<Outcome> => heard(work, (await adapter.confirm(work, context())).outcome);
  return {
    harness,
    adapter,
    get sandbox() {
      return current();
    },
    next: (kind, options) => current().faults.next(kind, options),
    context,
    apply,
    confirm,
    settle: (work, after) => drive(work, after, apply, confirm),
    captured: () => capture.requests,
    translate(request, parse = (body) => JSON.parse(Buffer.from(body).toString('utf8'))) {
      const { headers, receivedAt } = request;
      const { settings } = current();
      const found = adapter.translate(parse(request.body), {
        connection: 'contract',
        settings,
        mapping,
        headers,
        receivedAt,
      });
      for (const one of found)
        if (one.kind === 'quarantined' && one.reason === 'not_written_yet') throw new Error(one.detail);
      return found;
    },
    violation: (kind, detail) => watched.add(kind, detail),
    violations: () => watched.found,
    outcomes: () => said,
    async start() {
      http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: requestTimeoutMs, bodyBytesMax: 1024 * 1024 });
      capture = await captureWebhooks(adapter.acknowledgement.status);
    },
    async stop() {
      await http.close();
      await capture.close();
    },
    async open() {
      watched = createViolations();
      said = [];
      sandbox = await harness.open();
      capture.requests.length = 0;
      sandbox.webhooks?.target(capture.url);
    },
    async close() {
      const pending = sandbox?.faults.pending() ?? 0;
      if (sandbox) watched.count(sandbox);
      await sandbox?.close();
      sandbox = undefined;
      must(pending === 0, `faults that were asked for and never struck, as no such call was made: ${pending}`);
    },
  };
}

type Step = (work: Work) => Promise<Outcome>;

async function drive(work: Work, after: Outcome | undefined, apply: Step, confirm: Step): Promise<Outcome> {
  let at = work;
  let outcome = after ?? (await apply(at));
  for (let turn = 0; turn < turnsMax && !isDone(outcome) && outcome.kind !== 'refused'; turn += 1) {
    await pause(Math.min('afterMs' in outcome ? (outcome.afterMs ?? 0) : 0, waitMsMax));
    at = withRef(at, outcome);
    outcome = outcome.kind === 'accepted' ? await confirm(at) : await apply({ ...at, attempt: at.attempt + turn + 1 });
  }
  return outcome;
}

/** An adapter that was only begun says so: whoever writes it is told what comes next, not that a value differs. */
function written(adapter: string, outcome: Outcome): Outcome {
  if (outcome.kind !== 'refused' || outcome.reason !== 'not_written_yet') return outcome;
  throw new Error(
    `not_written_yet: readRequest, shown and writeRequest in src/adapters/${adapter}/outbound.ts, and before them the endpoints in src/sandbox/${adapter}.ts`,
  );
}

export const isDone = ({ kind }: Outcome): boolean => kind === 'confirmed' || kind === 'confirmed_already';
export const withRef = (work: Work, outcome: Outcome): Work =>
  'ref' in outcome && outcome.ref !== undefined ? { ...work, ref: outcome.ref } : work;
