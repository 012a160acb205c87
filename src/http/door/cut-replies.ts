// For tests alone: answers to posted events leave in halves, so that the process can die between them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '../../core/crash-points.ts';
import type { Fetch } from '../server.ts';

/** Everything else is answered as it was. */
export function cutReplies(fetch: Fetch, crashPoint: CrashPoint): Fetch {
  return async (request, ...more) => {
    const response = await fetch(request, ...more);
    if (request.method !== 'POST' || new URL(request.url).pathname !== '/v1/events') return response;
    const body = new Uint8Array(await response.arrayBuffer());
    const middle = Math.ceil(body.length / 2);
    const headers = new Headers(response.headers);
    headers.set('content-length', String(body.length));
    return new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(body.slice(0, middle));
          await sleep(10);
          crashPoint('ingest.reply_cut');
          controller.enqueue(body.slice(middle));
          controller.close();
        },
      }),
      { status: response.status, headers },
    );
  };
}
