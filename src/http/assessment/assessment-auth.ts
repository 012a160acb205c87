// Lets an ATS in by the key of its connection (HTTP Basic, the key as the user name), and keeps guessing and flooding slow.
import type { MiddlewareHandler, Context as Request } from 'hono';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { limits } from '../../core/limits.ts';
import { type AssessmentAccess, openAssessment } from '../../services/assessment/assessment-access.ts';
import type { Context } from '../../services/context.ts';
import { addressOf } from '../clients/oauth-routes.ts';
import { consume } from '../door/limits.ts';
import type { RequestEnv } from '../problems/problems.ts';
import { problem } from '../problems/problems.ts';

/** Behind `requireKey`, `assessment` is the connection whose key came along. */
export interface AssessmentEnv {
  Variables: RequestEnv['Variables'] & { assessment: AssessmentAccess };
}

/** Wrong keys are counted per address and connection, right ones per connection: a right key is never kept out by wrong ones. */
export function requireKey(context: Context, proxies: number): MiddlewareHandler<AssessmentEnv> {
  const wrong = new RateLimiterMemory({ points: limits.assessmentFailuresPerMinuteMax, duration: 60 });
  const right = new RateLimiterMemory({ points: limits.assessmentRequestsPerMinuteMax, duration: 60 });
  return async (request, next) => {
    const connection = request.req.param('connection') ?? '';
    const access = await openAssessment(context, connection, keyOf(request.req.header('authorization')));
    if (!access) {
      const failed = await consume(wrong, `${addressOf(request as Request, proxies)} ${connection.slice(0, 64)}`);
      if (failed.consumedPoints > limits.assessmentFailuresPerMinuteMax) return tooMany(request, failed.msBeforeNext);
      request.header('www-authenticate', 'Basic realm="interlock"');
      return problem(request, 401, {
        code: 'invalid_key',
        detail:
          'There is no assessment connection of this name with this key. Send the key as the user name of HTTP Basic.',
      });
    }
    const used = await consume(right, access.connection);
    if (used.consumedPoints > limits.assessmentRequestsPerMinuteMax) return tooMany(request, used.msBeforeNext);
    request.set('assessment', access);
    return next();
  };
}

function tooMany(request: Request<AssessmentEnv>, waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  request.header('retry-after', String(seconds));
  return problem(request, 429, { code: 'rate_limited', detail: `Too many requests. Go on in ${seconds} s.` });
}

/** The user name of HTTP Basic; what stands behind the colon is blank with this vendor, and not looked at. */
function keyOf(header: string | undefined): string {
  const [, credentials] =
    (header !== undefined && header.length <= 1_024 && /^Basic +([\w+/=-]+)$/i.exec(header)) || [];
  const text = credentials === undefined ? '' : Buffer.from(credentials, 'base64').toString('utf8');
  return text.split(':', 1)[0] ?? '';
}
