// The one way adapters speak HTTP: bounded, never following redirects, and saying whether a request may have arrived.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, Dispatcher } from 'undici';
import type { CrashPoint } from '../core/crash-points.ts';
import { BlockedAddressError, createConnector, NotConnectedError, undici } from './http-guard.ts';

export interface VendorRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless `form` or `raw` is given. */
  json?: unknown;
  form?: Readonly<Record<string, string>>;
  raw?: { body: string | Uint8Array; contentType: string };
}

export type VendorAnswer =
  /** `json` is undefined when the body is not JSON (`text` then holds its first 1,000 characters; never log it). */
  | { kind: 'answer'; status: number; headers: Readonly<Record<string, string>>; json: unknown; text: string }
  /** No usable answer. `sent`: the request may have reached the vendor, so its effect is unknown. */
  | { kind: 'failure'; failure: 'connect' | 'timeout' | 'reset' | 'too_large' | 'blocked' | 'redirect'; sent: boolean };

export interface VendorHttp {
  request(request: VendorRequest, signal: AbortSignal): Promise<VendorAnswer>;
}

export interface VendorHttpOptions {
  /** For vendors that are self-hosted or simulated; else private addresses and plain http are refused. */
  allowPrivateAddresses: boolean;
  /** For one request in all: connecting, sending, waiting and reading. */
  timeoutMs: number;
  bodyBytesMax: number;
  /** Reached by writes that carry JSON. Where it is given, their bodies leave in halves. */
  crashPoint?: CrashPoint | undefined;
}

/** Closing cuts what is in flight; may be done twice. */
export interface OwnedVendorHttp extends VendorHttp, AsyncDisposable {
  close(): Promise<void>;
}

const textCharsMax = 1_000;
const connectionsPerHostMax = 64;

/** A client with its own connections. It never throws for what a vendor or a network does. */
export function createVendorHttp(options: VendorHttpOptions): OwnedVendorHttp {
  // Half of the time at most, so that "never connected" can be told from "never answered".
  const connectTimeoutMs = Math.max(Math.floor(options.timeoutMs / 2), 1);
  const makeAgent = (): Agent =>
    new (undici().Agent)({
      connect: createConnector({ allowPrivateAddresses: options.allowPrivateAddresses, connectTimeoutMs }),
      connections: connectionsPerHostMax,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      maxResponseSize: options.bodyBytesMax,
    });
  let agent: Agent | undefined;
  let closed = false;
  const connected = (): Agent => {
    agent ??= makeAgent();
    if (closed) void agent.destroy();
    return agent;
  };
  const close = async (): Promise<void> => {
    closed = true;
    await agent?.destroy();
  };
  return {
    // Made before the request's time begins: the first one reads undici, which must not count against the vendor.
    request: async (request, signal) => exchange(connected(), options, request, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function exchange(
  agent: Agent,
  options: VendorHttpOptions,
  request: VendorRequest,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  const url = allowedUrl(request.url, options);
  if (!url) return failure('blocked', false);
  if (signal.aborted) return failure('timeout', false);
  const { body, headers } = encoded(request);
  const crashPoint = request.json === undefined ? undefined : options.crashPoint;
  const sent = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers,
    body: crashPoint && body ? inHalves(Buffer.from(body), crashPoint) : body,
  };
  const answer = await dispatched(agent, sent, options.timeoutMs, signal);
  if (answer.kind === 'answer') crashPoint?.('worker.vendor_answered');
  return answer;
}

/** Without the streams and signals of undici's `request`: of an answer that is read whole they are the dear part. */
function dispatched(
  agent: Agent,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let [status, headers]: [number, Headers] = [0, {}];
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    const end = (): void => {
      ended = true;
      controller?.abort(new Error('no time is left'));
    };
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    const settle = (answer: VendorAnswer): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(answer);
    };
    agent.dispatch(request, {
      onRequestStart(given) {
        controller = given;
        if (ended) end();
      },
      onResponseStart(_, givenStatus, givenHeaders) {
        [status, headers] = [givenStatus, givenHeaders];
        // Thrown away unread.
        if (isRedirect(status)) controller?.abort(new Error('a redirect'));
      },
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => settle(answerOf(status, headers, chunks)),
      onResponseError: (_, error) => settle(isRedirect(status) ? failure('redirect', true) : failureOf(error, ended)),
    });
  });
}

type Headers = Dispatcher.ResponseData['headers'];
const isRedirect = (status: number): boolean => status >= 300 && status < 400;

function allowedUrl(text: string, { allowPrivateAddresses }: VendorHttpOptions): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && allowPrivateAddresses) ? url : null;
}

function encoded({ json, form, raw, headers = {} }: VendorRequest): {
  body: string | Uint8Array | null;
  headers: Record<string, string>;
} {
  const always = { accept: 'application/json', 'user-agent': 'Interlock', ...headers };
  if (raw) return { body: raw.body, headers: { ...always, 'content-type': raw.contentType } };
  if (form)
    return {
      body: new URLSearchParams(form).toString(),
      headers: { ...always, 'content-type': 'application/x-www-form-urlencoded' },
    };
  if (json === undefined) return { body: null, headers: always };
  return { body: JSON.stringify(json), headers: { ...always, 'content-type': 'application/json' } };
}

/** For tests alone: the process may die between the halves. */
function inHalves(body: Buffer, crashPoint: CrashPoint): Readable {
  const middle = Math.ceil(body.length / 2);
  return Readable.from(
    (async function* () {
      yield body.subarray(0, middle);
      await sleep(10);
      crashPoint('worker.vendor_request_cut');
      yield body.subarray(middle);
    })(),
  );
}

function answerOf(status: number, headers: Headers, chunks: readonly Buffer[]): VendorAnswer {
  const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8');
  return { kind: 'answer', status, headers: flat(headers), json: parsed(text), text: text.slice(0, textCharsMax) };
}

/** Whatever is not known to have failed while connecting may have arrived. */
function failureOf(error: unknown, aborted: boolean): VendorAnswer {
  if (error instanceof BlockedAddressError) return failure('blocked', false);
  if (error instanceof NotConnectedError) return failure('connect', false);
  const code = (error as { code?: unknown }).code;
  // A header that cannot be sent, such as a secret with a line break.
  if (code === 'UND_ERR_INVALID_ARG') return failure('connect', false);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return failure('too_large', true);
  if (aborted || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return failure('timeout', true);
  return failure('reset', true);
}

type Failure = Extract<VendorAnswer, { kind: 'failure' }>;
const failure = (kind: Failure['failure'], sent: boolean): Failure => ({ kind: 'failure', failure: kind, sent });

function flat(headers: Headers): Record<string, string> {
  const one: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    one[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return one;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
