// POST /v1/events: one event or up to 1,000, as plain JSON or CloudEvents; each answer says what became of it and what it caused.
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context as Request } from 'hono';
import type { Recorded } from '../../core/deciding/intake.ts';
import { limits } from '../../core/limits.ts';
import { parseJson } from '../../core/parse-json.ts';
import type { Context } from '../../services/context.ts';
import { readEvent } from '../../services/intake/read-events.ts';
import { type Access, type AuthEnv, requireScope } from '../door/auth.ts';
import { boundedBody } from '../door/limits.ts';
import { problem, problemDocument } from '../problems/problems.ts';
import { binaryCloudEvent, fromCloudEvent, kindOf } from './cloud-events.ts';
import { registerEventDocument } from './event-schemas.ts';

export function eventRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = new OpenAPIHono<AuthEnv>();
  registerEventDocument(app);
  app.post(
    '/v1/events',
    requireScope(access, 'events:write'),
    boundedBody(limits.bulkBodyBytesMax),
    async (request) => {
      const posted = await readPosted(request);
      if (!posted.ok) return problem(request, posted.status, { code: posted.code, detail: posted.detail });
      const { events, many } = posted;
      if (events.length > limits.eventsPerRequestMax) {
        return problem(request, 413, {
          code: 'too_many_events',
          detail: `${events.length} events in one request; ${limits.eventsPerRequestMax} is the most`,
        });
      }
      const answers = await Promise.all(events.map((event) => acceptOne(context, request, event)));
      const only = answers[0];
      if (many || !only) return request.json({ results: answers }, 200);
      return request.json(
        only.body,
        only.status as 200,
        only.status >= 400 ? { 'content-type': 'application/problem+json' } : {},
      );
    },
  );
  return app;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function acceptOne(context: Context, request: Request<AuthEnv>, posted: unknown): Promise<Answer> {
  const client = request.get('client');
  const read = readEvent(context, client, posted);
  if (!read.ok) {
    return refusal(context, request, 422, {
      code: read.code,
      detail: read.problems.map((one) => `${one.pointer}: ${one.detail}`).join('; '),
      errors: read.problems,
    });
  }
  const recorded = await context.recorder().record(read.intake);
  return answerFor(context, request, recorded);
}

function answerFor(context: Context, request: Request<AuthEnv>, recorded: Recorded): Answer {
  const body = { ...view(recorded) };
  if (recorded.original && !recorded.original.sameBody) {
    return refusal(context, request, 422, {
      ...fieldsOf(body),
      code: 'same_id_other_body',
      detail: 'This id was used before for another event. Nothing was changed; send the new event under a new id.',
    });
  }
  if (recorded.disposition === 'refused') {
    const { detail, ...rest } = body.detail as { detail?: string };
    return refusal(context, request, 409, {
      ...fieldsOf(body),
      ...rest,
      code: recorded.code ?? 'refused',
      detail: detail ?? 'The event is not possible now',
    });
  }
  if (recorded.disposition === 'applied') return { status: 201, body };
  return { status: recorded.disposition === 'parked' ? 202 : 200, body };
}

const refusal = (
  context: Context,
  request: Request<AuthEnv>,
  status: number,
  fields: Parameters<typeof problemDocument>[2],
): Answer => {
  context.metrics.rejected(fields.code);
  return { status, body: problemDocument(request, status, fields) };
};

/** A problem's own `detail` is text. */
const fieldsOf = ({ detail: _detail, code: _code, ...rest }: ReturnType<typeof view>): Record<string, unknown> => rest;

function view(recorded: Recorded): Record<string, unknown> & { detail: Readonly<Record<string, unknown>> } {
  const { event, disposition, code, detail, subject, version, writebacks, original } = recorded;
  return {
    event,
    disposition,
    ...(code ? { code } : {}),
    detail: detail ?? {},
    subject,
    version,
    writebacks,
    ...(original ? { original: original.disposition } : {}),
    proof: `/v1/events/${event}`,
  };
}

type Posted =
  | { ok: true; events: unknown[]; many: boolean }
  | { ok: false; status: 400 | 415 | 422; code: string; detail: string };

async function readPosted(request: Request<AuthEnv>): Promise<Posted> {
  const kind = kindOf(request.req.header('content-type'), request.req.header('ce-specversion'));
  if (kind === 'unknown') {
    return {
      ok: false,
      status: 415,
      code: 'unsupported_media_type',
      detail: 'Send application/json, application/cloudevents+json or application/cloudevents-batch+json',
    };
  }
  const body = new Uint8Array(await request.req.arrayBuffer());
  const parsed = parseJson(kind === 'binary' && body.length === 0 ? '{}' : body);
  if (!parsed.ok)
    return {
      ok: false,
      status: parsed.code === 'forbidden_key' || parsed.code === 'too_deep' ? 422 : 400,
      code: parsed.code,
      detail: parsed.detail,
    };
  const { value } = parsed;
  if (kind === 'binary')
    return { ok: true, events: [binaryCloudEvent((name) => request.req.header(name), value)], many: false };
  if (kind === 'structured') return { ok: true, events: [fromCloudEvent(value)], many: false };
  if (kind === 'batch')
    return Array.isArray(value)
      ? { ok: true, events: value.map(fromCloudEvent), many: true }
      : { ok: false, status: 422, code: 'invalid_event', detail: 'A CloudEvents batch is an array' };
  if (Array.isArray(value)) return { ok: true, events: value, many: true };
  const list = (value as { events?: unknown } | null)?.events;
  return Array.isArray(list) ? { ok: true, events: list, many: true } : { ok: true, events: [value], many: false };
}
