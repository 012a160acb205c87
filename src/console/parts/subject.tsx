// A subject by its id, and a link to its own page where there is one.
import type { Visit } from '../route.ts';

/** The address of the page of one subject; pages that show subjects link to it as soon as the table of pages has it. */
export const subjectPath = '/subjects/:subject';

export function Subject({ visit, id }: { visit: Visit; id: string }) {
  const known = visit.desk.routes.some((route) => route.method === 'GET' && route.path === subjectPath);
  return known ? (
    <a href={subjectPath.replace(':subject', id)}>
      <code>{id}</code>
    </a>
  ) : (
    <code>{id}</code>
  );
}
