// /v1/alerts: what fires and what did, the rules that make it so, and the channels it is told over.
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { removeAlertChannel, saveAlertChannel, testAlertChannel } from '../../services/alerts/manage-alert-channels.ts';
import { type Refused, removeAlertRule, saveAlertRule } from '../../services/alerts/manage-alert-rules.ts';
import { readAlertChannels, readAlertRules, readAlerts } from '../../services/alerts/read-alerts.ts';
import type { Context } from '../../services/context.ts';
import { askedBy, behind, documentedApp, json, jsonBody, pageOf, positionOf } from '../documented.ts';
import type { Access, AuthEnv } from '../door/auth.ts';
import { type Answering, problem, problemResponses } from '../problems/problems.ts';
import {
  alertPage,
  alertQuery,
  channelAnswer,
  channelList,
  channelRequest,
  namedAlert,
  ruleList,
  ruleRequest,
  ruleSchema,
  shownAlert,
  shownChannel,
  shownRule,
  testAnswer,
} from './alert-schemas.ts';

export function alertRoutes(context: Context, access: Access, publicUrl: string): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/alerts',
      operationId: 'listAlerts',
      ...behind(access, 'alerts', 'alerts:read'),
      request: { query: alertQuery },
      responses: { 200: json(alertPage, 'The newest first, with the messages of each'), ...problemResponses },
    }),
    async (request) => {
      const { status, rule, after, limit } = request.req.valid('query');
      const found = await readAlerts(context, {
        ...(status === 'all' ? {} : { status }),
        rule,
        after: positionOf(after),
        rowsMax: limit + 1,
      });
      const { page, next } = pageOf(found, limit, ({ firedAt, id }) => ({ at: firedAt, id }));
      return request.json({ items: page.map(shownAlert), next }, 200);
    },
  );
  registerRules(app, context, access);
  registerChannels(app, context, access, publicUrl);
  return app;
}

function registerRules(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  const managing = behind(access, 'alerts', 'alerts:manage');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/alerts/rules',
      operationId: 'listAlertRules',
      ...behind(access, 'alerts', 'alerts:read'),
      responses: { 200: json(ruleList, 'Each with the figures of the last look'), ...problemResponses },
    }),
    async (request) => request.json({ items: (await readAlertRules(context)).map(shownRule) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/alerts/rules/{id}',
      operationId: 'putAlertRule',
      ...managing,
      request: { params: namedAlert, body: jsonBody(ruleRequest, 'The whole rule') },
      responses: { 200: json(ruleSchema, 'It holds from the next look on'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const saved = await saveAlertRule(context, askedBy(request), { id, ...request.req.valid('json') });
      if (saved.kind === 'refused') return refuse(request, saved);
      const rule = (await readAlertRules(context)).find((one) => one.id === id);
      if (!rule) throw new Error(`The rule "${id}" was just written and is not there`);
      return request.json(shownRule(rule), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/alerts/rules/{id}',
      operationId: 'removeAlertRule',
      ...managing,
      request: { params: namedAlert },
      responses: { 204: { description: 'Removed' }, ...problemResponses },
    }),
    async (request) => {
      const done = await removeAlertRule(context, askedBy(request), request.req.valid('param').id);
      return done.kind === 'refused' ? refuse(request, done) : request.body(null, 204);
    },
  );
}

function registerChannels(app: OpenAPIHono<AuthEnv>, context: Context, access: Access, publicUrl: string): void {
  const managing = behind(access, 'alerts', 'alerts:manage');
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/alerts/channels',
      operationId: 'listAlertChannels',
      ...behind(access, 'alerts', 'alerts:read'),
      responses: { 200: json(channelList, 'Each with its last message'), ...problemResponses },
    }),
    async (request) => request.json({ items: (await readAlertChannels(context)).map(shownChannel) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/v1/alerts/channels/{id}',
      operationId: 'putAlertChannel',
      ...managing,
      request: { params: namedAlert, body: jsonBody(channelRequest, 'The whole channel') },
      responses: { 200: json(channelAnswer, 'Alerts go there from now on'), ...problemResponses },
    }),
    async (request) => {
      const { id } = request.req.valid('param');
      const saved = await saveAlertChannel(context, askedBy(request), id, request.req.valid('json'));
      if (saved.kind === 'refused') return refuse(request, saved);
      const row = (await readAlertChannels(context)).find((one) => one.id === id);
      if (!row) throw new Error(`The channel "${id}" was just written and is not there`);
      return request.json({ ...shownChannel(row), signingSecret: saved.madeSecret }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/alerts/channels/{id}',
      operationId: 'removeAlertChannel',
      ...managing,
      request: { params: namedAlert },
      responses: { 204: { description: 'Removed' }, ...problemResponses },
    }),
    async (request) => {
      const done = await removeAlertChannel(context, askedBy(request), request.req.valid('param').id);
      return done.kind === 'refused' ? refuse(request, done) : request.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/alerts/channels/{id}/test',
      operationId: 'testAlertChannel',
      ...managing,
      request: { params: namedAlert },
      responses: { 200: json(testAnswer, 'A message was really sent; this came back'), ...problemResponses },
    }),
    async (request) => {
      const tested = await testAlertChannel(context, askedBy(request), request.req.valid('param').id, publicUrl);
      if (tested.kind === 'refused') return refuse(request, tested);
      const { status, answer, text } = tested;
      return request.json({ status, answer, text }, 200);
    },
  );
}

function refuse(request: Answering, { code, problems }: Refused): never {
  const status = code.startsWith('unknown') ? 404 : code === 'invalid_alert' ? 422 : 409;
  return problem(request, status, {
    code,
    detail: problems.map((one) => `${one.pointer}: ${one.detail}`).join('; '),
    errors: problems.map((one) => ({ ...one, code })),
  }) as never;
}
