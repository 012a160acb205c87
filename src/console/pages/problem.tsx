// Pages that say what went wrong and what to do, with the id of the request to quote; never a word of our insides.
import { problemTypes } from '../../http/problems/problem-types.ts';
import { toProblem } from '../../http/problems/to-problem.ts';
import { OtherKey } from '../../services/vault.ts';
import { type Framed, page } from '../frame.tsx';
import type { Visit } from '../route.ts';

type Status = 400 | 403 | 404 | 410 | 429 | 500 | 503;

export function problemPage(
  visit: Framed,
  status: Status,
  title: string,
  detail: string,
): Response | Promise<Response> {
  const id = visit.request.get('requestId');
  return page(
    visit,
    { title, status },
    <article class="problem">
      <h1>{title}</h1>
      <p>{detail}</p>
      {id === undefined ? null : (
        <p class="quiet">
          If you ask somebody, quote <code>{id}</code>.
        </p>
      )}
      <p>
        <a href="/">To the start</a>
      </p>
    </article>,
  );
}

export const notFoundPage = (visit: Visit): Response | Promise<Response> =>
  problemPage(
    visit,
    404,
    'There is nothing at this address',
    'It may have been typed wrongly, or what was here is gone. The API has its own list at /reference.',
  );

/** What is there cannot be read by this process: said plainly, as trying again will not help. */
export const otherKeyPage = (visit: Framed): Response | Promise<Response> =>
  problemPage(visit, 503, problemTypes.other_key?.title ?? '', problemTypes.other_key?.help ?? '');

/** What a thrown error means for people: the same judgement as for machines, in a page. */
export function troublePage(visit: Visit, error: unknown): Response | Promise<Response> {
  const judged = toProblem(error, visit.request);
  if (error instanceof OtherKey) return otherKeyPage(visit);
  if (judged.status === 503) {
    visit.request.header('retry-after', judged.headers.get('retry-after') ?? '5');
    return problemPage(
      visit,
      503,
      'Not now',
      'The service is busy or its database is away. Load the page again in a moment.',
    );
  }
  if (judged.status < 500) return problemPage(visit, 400, 'The request cannot be read', 'Go back and try once more.');
  return problemPage(
    visit,
    500,
    'This page failed',
    'The reason is in the log under the id below. Trying again may help.',
  );
}
