// Runs an adapter against a fresh simulator for each test of the contract, and drives writebacks as the core does.
import { expect } from 'vitest';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { Adapter, InboundRequest, Secrets, Translation, VendorContext, Work } from '../../src/adapters/port.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { FaultKind, FaultOptions, FaultScript } from '../../src/sandbox/kernel/faults.ts';
import type { WebhookEmitter } from '../../src/sandbox/kernel/webhooks.ts';
import { captureWebhooks, type WebhookCapture } from './capture-webhooks.ts';
import { mappingOf } from './mappings.ts';

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
    /** Given where the signature is a member of the JSON body, by that name. */
    signatureInBody?: true;
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

export interface Bench<Settings> {
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

export function createBench<Settings>({ adapter, open }: ContractHarness<Settings>): Bench<Settings> {
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
    mapping: mappingOf(adapter.name),
    secrets: current().secrets,
    http,
    signal,
  });
  const apply = async (work: Work, signal?: AbortSignal): Promise<Outcome> =>
    written(adapter.name, (await adapter.apply(work, context(signal))).outcome);
  const confirm = async (work: Work): Promise<Outcome> =>
    written(adapter.name, (await adapter.confirm(work, context())).outcome);
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
      const said = adapter.translate(parse(request.body), {
        connection: 'contract',
        settings: current().settings,
        mapping: mappingOf(adapter.name),
        headers: request.headers,
        receivedAt: request.receivedAt,
      });
      for (const one of said)
        if (one.kind === 'quarantined' && one.reason === 'not_written_yet') throw new Error(one.detail);
      return said;
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

/** An adapter that was only begun says so: whoever writes it is told what comes next, not that a value differs. */
function written(adapter: string, outcome: Outcome): Outcome {
  if (outcome.kind !== 'refused' || outcome.reason !== 'not_written_yet') return outcome;
  throw new Error(
    `not_written_yet: readRequest, shown and writeRequest in src/adapters/${adapter}/outbound.ts, and before them the endpoints in src/sandbox/${adapter}.ts`,
  );
}

export const isDone = (outcome: Outcome): boolean => done.includes(outcome.kind);
export const withRef = (work: Work, outcome: Outcome): Work =>
  'ref' in outcome && outcome.ref !== undefined ? { ...work, ref: outcome.ref } : work;
