// /assessment/:connection: where an ATS orders tests, as Greenhouse's assessment partners are called: list_tests, send_test, test_status, response_error.
import type { HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import { limits } from '../../core/limits.ts';
import { listTests, type OrderRefusal, orderAssessment } from '../../services/assessment/order-assessment.ts';
import { type ReadAssessment, readAssessment } from '../../services/assessment/read-assessment.ts';
import type { Context } from '../../services/context.ts';
import { json, jsonBody } from '../documented.ts';
import { boundedBody } from '../door/limits.ts';
import { problem, problemResponses } from '../problems/problems.ts';
import { invalid } from '../problems/to-problem.ts';
import { type AssessmentEnv, requireKey } from './assessment-auth.ts';
import {
  applicationIn,
  assessmentParams,
  candidateOf,
  responseErrorAnswer,
  responseErrorRequest,
  sendTestAnswer,
  sendTestRequest,
  testList,
  testStatusAnswer,
  testStatusQuery,
} from './assessment-schemas.ts';

export function assessmentRoutes(context: Context, proxies: number): OpenAPIHono<AssessmentEnv> {
  const app = new OpenAPIHono<AssessmentEnv>({
    defaultHook: (result, request) => (result.success ? undefined : invalid(request, result.error)),
  });
  const shared: Shared = {
    tags: ['assessments'],
    security: [{ assessmentKey: [] }],
    middleware: [requireKey(context, proxies), boundedBody(limits.bodyBytesMax)],
  };
  registerList(app, shared);
  registerOrder(app, context, shared);
  registerStatus(app, context, shared);
  registerComplaints(app, context, shared);
  return app;
}

type App = OpenAPIHono<AssessmentEnv>;
type Shared = {
  tags: string[];
  security: { assessmentKey: string[] }[];
  middleware: [ReturnType<typeof requireKey>, ReturnType<typeof boundedBody>];
};

function registerList(app: App, shared: Shared): void {
  app.openapi(
    createRoute({
      ...shared,
      method: 'get',
      path: '/assessment/{connection}/list_tests',
      operationId: 'listTests',
      request: { params: assessmentParams },
      responses: { 200: json(testList, 'The tests that may be ordered'), ...problemResponses },
    }),
    (request) => request.json(listTests(request.get('assessment').settings), 200),
  );
}

function registerOrder(app: App, context: Context, shared: Shared): void {
  app.openapi(
    createRoute({
      ...shared,
      method: 'post',
      path: '/assessment/{connection}/send_test',
      operationId: 'sendTest',
      request: { params: assessmentParams, body: jsonBody(sendTestRequest, 'Which test for whom') },
      responses: { 200: json(sendTestAnswer, 'The order; the same again is answered the same'), ...problemResponses },
    }),
    async (request) => {
      const body = request.req.valid('json');
      const ordered = await orderAssessment(context, request.get('assessment'), {
        test: body.partner_test_id,
        application: applicationIn(body.candidate.greenhouse_profile_url) ?? '',
        url: body.url,
        candidate: candidateOf(body),
      });
      if (ordered.kind === 'ordered') return request.json({ partner_interview_id: ordered.interview }, 200);
      return problem(request, statusOf[ordered.code], { code: ordered.code, detail: ordered.detail }) as never;
    },
  );
}

const statusOf: Readonly<Record<OrderRefusal, 404 | 409 | 422>> = {
  unknown_test: 404,
  unknown_application: 404,
  callback_not_allowed: 422,
  tool_takes_no_orders: 409,
  another_test_ordered: 409,
  not_to_be_screened: 409,
  invalid: 422,
};

function registerStatus(app: App, context: Context, shared: Shared): void {
  app.openapi(
    createRoute({
      ...shared,
      method: 'get',
      path: '/assessment/{connection}/test_status',
      operationId: 'getTestStatus',
      request: { params: assessmentParams, query: testStatusQuery },
      responses: { 200: json(testStatusAnswer, 'Where the order stands'), ...problemResponses },
    }),
    async (request) => {
      const { partner_interview_id: interview } = request.req.valid('query');
      const read = await readAssessment(context, request.get('assessment'), interview, request.get('requestId'));
      if (!read)
        return problem(request, 404, {
          code: 'unknown_order',
          detail: 'Nothing was ordered under this id, or the person was erased since.',
        }) as never;
      whenSent(request.env as Partial<HttpBindings> | undefined, context, read);
      return request.json(read.status, 200);
    },
  );
}

/** Read means: the answer has left. What was cut off before is not known to anybody, and told again. */
function whenSent(bindings: Partial<HttpBindings> | undefined, context: Context, { seen }: ReadAssessment): void {
  const confirm = (): void =>
    void seen().catch(() => context.log.warn({}, 'that a status was read could not be recorded; it is told again'));
  // Called in memory there is no socket.
  if (bindings?.outgoing) bindings.outgoing.once('finish', confirm);
  else confirm();
}

function registerComplaints(app: App, context: Context, shared: Shared): void {
  app.openapi(
    createRoute({
      ...shared,
      method: 'post',
      path: '/assessment/{connection}/response_error',
      operationId: 'reportResponseError',
      request: {
        params: assessmentParams,
        body: jsonBody(responseErrorRequest, 'What the ATS could not make sense of'),
      },
      responses: { 200: json(responseErrorAnswer, 'Noted'), ...problemResponses },
    }),
    (request) => {
      const { api_call: call, errors } = request.req.valid('json');
      const known = ['list_tests', 'send_test', 'test_status'].includes(call) ? call : 'other';
      // Its texts may quote the candidate.
      const { connection } = request.get('assessment');
      context.log.warn({ connection, call: known, errors: errors.length }, 'an ATS could not make sense of an answer');
      return request.json({ status: 200 as const }, 200);
    },
  );
}
