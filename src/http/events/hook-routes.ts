// POST /hooks/:connection: where vendors send their webhooks. The signature over the raw bytes comes before everything else.
import { Hono } from 'hono';
import { limits } from '../../core/limits.ts';
import type { Context } from '../../services/context.ts';
import { acceptWebhook } from '../../services/intake/accept-webhook.ts';
import { boundedBody } from '../door/limits.ts';
import { problem } from '../problems/problems.ts';

/** `publicUrl` is the address that vendors call: some sign it. */
export function hookRoutes(context: Context, publicUrl: string): Hono {
  const app = new Hono();
  app.post('/hooks/:connection', boundedBody(limits.bodyBytesMax * 4), async (request) => {
    const connection = request.req.param('connection');
    const headers: Record<string, string> = {};
    request.req.raw.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const body = new Uint8Array(await request.req.arrayBuffer());
    const answer = await acceptWebhook(context, connection, {
      method: 'POST',
      url: `${publicUrl}/hooks/${connection}`,
      headers,
      body,
      receivedAt: context.now(),
    });
    switch (answer.kind) {
      case 'unknown_connection':
        return problem(request, 404, {
          code: 'unknown_connection',
          detail:
            'There is no such connection. Compare the address in the vendor\'s webhook settings with the one that "interlock connection show" prints.',
        });
      case 'handshake':
        return request.body('', answer.handshake.status, { ...answer.handshake.headers });
      case 'not_verified':
        return problem(request, 401, { code: answer.verdict.code, detail: answer.verdict.detail });
      case 'recorded':
        for (const reason of answer.ignored) context.log.info({ connection, reason }, 'webhook with nothing for us');
        return request.body(answer.acknowledgement.body, answer.acknowledgement.status);
    }
  });
  return app;
}
