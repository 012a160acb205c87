// Answers one call to a simulated vendor the way its fault says; without one, plainly.
import type { Context } from 'hono';
import type { CallKind, Fault, FaultScript } from './faults.ts';
import type { SandboxEnv } from './server.ts';

/** What a call would do: the answer, and the change it makes. A refusal has no `commit`. */
export interface Planned {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Saves. `lagMs`: how long reads must still show the old value. */
  commit?: (lagMs: number) => void;
}

type Call = Context<SandboxEnv>;

/** Runs `plan` unless the fault comes before it, saves or not, and answers or not. */
export async function answer(call: Call, faults: FaultScript, kind: CallKind, plan: () => Planned): Promise<Response> {
  const fault = faults.decide(kind);
  if (fault?.kind === 'slow') await pause(fault.ms);
  const early = fault && answerBefore(fault, faults);
  if (early) return early;
  const planned = plan();
  if (fault?.kind !== 'save_nothing') planned.commit?.(fault?.kind === 'read_lag' ? fault.ms : 0);
  if (fault?.kind === 'save_then_500') return respond(500, { message: 'Internal server error' });
  if (fault?.kind === 'reset') return cut(call);
  if (fault?.kind === 'save_then_hang') return hang(call);
  return respond(planned.status, planned.body, planned.headers);
}

const loginPage =
  '<!doctype html><html><head><title>Sign in</title></head><body><form action="/login"></form></body></html>';

function answerBefore(fault: Fault, faults: FaultScript): Response | null {
  switch (fault.kind) {
    case 'error_before':
      // Alternates, so that both kinds of server error are met.
      return respond((faults.struck().error_before ?? 0) % 2 === 1 ? 503 : 500, { message: 'Temporarily unavailable' });
    case 'rate_limit':
      return respond(429, { message: 'Rate limit exceeded' }, { 'retry-after': String(fault.retryAfterSeconds) });
    case 'rate_limit_date': {
      const at = new Date(Date.now() + fault.retryAfterSeconds * 1_000).toUTCString();
      return respond(429, { message: 'Rate limit exceeded' }, { 'retry-after': at });
    }
    case 'bad_gateway':
      return new Response('<html><body>502 Bad Gateway</body></html>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      });
    case 'wrong_type':
      return new Response('OK', { status: 200, headers: { 'content-type': 'text/plain' } });
    case 'rate_limit_bare':
      return respond(429, { message: 'Rate limit exceeded' });
    case 'html_200':
      return new Response(loginPage, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    case 'unauthorised':
      return respond(401, { message: 'Unauthorized' });
    default:
      return null;
  }
}

/** A JSON answer; an undefined body gives an empty one. */
export function respond(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  if (body === undefined) return new Response(null, { status, headers });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** Holds the request until the client gives up or the server closes. */
function hang(call: Call): Promise<Response> {
  return new Promise((resolve) => call.env.outgoing.once('close', () => resolve(alreadySent())));
}

function cut(call: Call): Response {
  call.env.incoming.socket.destroy();
  return alreadySent();
}

/** Tells the server not to write: the socket is gone. */
const alreadySent = (): Response => new Response(null, { headers: { 'x-hono-already-sent': 'true' } });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
