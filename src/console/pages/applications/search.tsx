// POST /applications/search: finds by an id, by a system's name or by a person; the term is in no address, no log and no table.
import { limits } from '../../../core/limits.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { type FoundBy, type Hit, searchSubjects } from '../../../services/reports/search-subjects.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Decide } from '../../parts/decide.tsx';
import { Notice } from '../../parts/notice.tsx';
import { subjectPath } from '../../parts/subject.tsx';
import type { OwnVisit } from '../../route.ts';
import { percent, plural } from '../../words.ts';
import { columns, rowOf } from './list.tsx';

export async function searchApplications(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const { term = '' } = await readForm(request);
  const { hits, tried, more } = await searchSubjects(desk.context, term, readerOf(visit));
  const only = hits[0];
  const hasPage = desk.routes.some(({ method, path }) => method === 'GET' && path === subjectPath);
  // An id is nothing personal, so it may lead on.
  if (hits.length === 1 && only && hasPage && only.by !== 'name')
    return request.redirect(subjectPath.replace(':subject', only.subject.id), 303);
  request.header('cache-control', 'no-store');
  return page(
    visit,
    { title: 'Found', wide: true },
    <p>
      <a href="/applications">‹ Applications</a>
    </p>,
    <h1>Found</h1>,
    <Search visit={visit} />,
    <p class="lead">
      {tried.length === 0
        ? 'Nothing was asked for.'
        : `Looked for ${listed(tried.map((by) => byWords[by]))}. The search is on record; what was typed is not.`}
    </p>,
    more ? <Notice>More were found than are shown: say more of the name.</Notice> : null,
    <Hits visit={visit} hits={hits} />,
  );
}

export function Search({ visit }: { visit: OwnVisit }) {
  return (
    <Decide action="/applications/search" who={visit.who}>
      <div class="field">
        <label for="search-term">Find one</label>
        <input
          id="search-term"
          name="term"
          type="text"
          maxlength={limits.identifierCharsMax}
          required
          autocomplete="off"
          aria-describedby="search-hint"
        />
        <p class="hint" id="search-hint">
          One of our ids, what a system calls it, or a person’s e-mail address, telephone number or whole name. Searches
          are on record.
        </p>
      </div>
      <button type="submit">Find</button>
    </Decide>
  );
}

const byWords: Readonly<Record<FoundBy, string>> = {
  id: 'one of our ids',
  name_at_system: 'what a system calls it',
  email: 'an e-mail address',
  phone: 'a telephone number',
  name: 'a name',
};

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

function Hits({ visit, hits }: { visit: OwnVisit; hits: readonly Hit[] }) {
  const now = visit.desk.context.now();
  return (
    <DataTable
      caption={`${plural(hits.length, 'subject')} found`}
      columns={[
        ...columns,
        { head: 'Found by' },
        { head: 'Alike', numeric: true, meaning: 'Of a name: how much of its index is the same' },
      ]}
      rows={hits.map(({ subject, by, alike }) => [...rowOf(visit, subject, now), byWords[by], percent(alike)])}
      empty="Nobody was found. An id must be whole; of a name, both parts help; who was erased is not found by anything personal."
    />
  );
}

/** Who reads, as the audit log names it. */
export const readerOf = ({ who, request }: OwnVisit) => ({ actor: actorOf(who), requestId: request.get('requestId') });
