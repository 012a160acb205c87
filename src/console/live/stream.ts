// GET /live: which of its topics have changed, as server-sent events; words only, never a value, an id of a person, or a page.
import { limits } from '../../core/limits.ts';
import { readSessionCookie } from '../cookies.ts';
import { problemPage } from '../pages/problem.tsx';
import type { OwnVisit } from '../route.ts';
import { topicPattern, topicsMax } from './topics.ts';

/** Ends after ten minutes, or with the session; browsers come back by themselves, and are asked who they are again. */
export async function liveStream(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const topics = [...new Set((request.req.query('topics') ?? '').split(' '))].slice(0, topicsMax);
  if (!request.req.header('accept')?.includes('text/event-stream') || !topics.every((one) => topicPattern.test(one)))
    return problemPage(visit, 400, 'This address is for open pages', 'They ask here what has changed meanwhile.');
  const token = readSessionCookie(request) ?? '';
  const encoder = new TextEncoder();
  let leave: (() => void) | null = null;
  let timers: NodeJS.Timeout[] = [];
  const end = (): void => {
    for (const timer of timers) clearInterval(timer);
    timers = [];
    leave?.();
    leave = null;
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const close = (): void => {
        if (leave === null) return;
        end();
        controller.close();
      };
      const say = (text: string): void => {
        // Who takes nothing off is gone, or may as well be.
        if (leave === null) return;
        if ((controller.desiredSize ?? 0) < -backlogMax) close();
        else controller.enqueue(encoder.encode(text));
      };
      leave = desk.live.join({
        session: who.session,
        topics,
        hear: (changed) => say(`data: ${changed.join(' ')}\n\n`),
        end: close,
      });
      if (leave === null) return controller.close();
      say('retry: 5000\n: here\n\n');
      const heartbeat = async (): Promise<void> => {
        const still = await desk.sessions.find(token).catch(() => who);
        if (still) say(': still here\n\n');
        else close();
      };
      timers = [
        setInterval(() => void heartbeat(), limits.liveHeartbeatMs).unref(),
        setTimeout(close, limits.liveStreamMs).unref(),
      ];
    },
    cancel: end,
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies such as nginx would keep it back until it ends.
      'x-accel-buffering': 'no',
    },
  });
}

/** Messages that a reader has not taken yet. */
const backlogMax = 50;
