// Views of a list that somebody keeps by a name: offered above the list, kept, renamed, shared and dropped.
import type { View } from '../services/reports/keep-views.ts';
import { changeView, dropView, keepView, type ViewKept } from '../services/reports/keep-views.ts';
import type { ViewPage } from '../store/access/views.ts';
import { readForm } from './forms.ts';
import { problemPage } from './pages/problem.tsx';
import { Tick } from './parts/decide.tsx';
import { PostForm } from './parts/form.tsx';
import type { OwnVisit } from './route.ts';

interface ViewsProps {
  visit: OwnVisit;
  page: ViewPage;
  views: readonly View[];
  /** The filter of the page as it is, without the question mark. */
  query: string;
}

export function Views({ visit, page, views, query }: ViewsProps) {
  return (
    <section class="views no-print" aria-label="Views">
      {views.length === 0 ? null : (
        <ul class="sum">
          {views.map((view) => (
            <li>
              <a href={`/${page}?${view.query}`} aria-current={view.query === query ? 'true' : undefined}>
                {view.name}
              </a>
              <span class="quiet">{view.owner === null ? (view.shared ? 'shared' : '') : `by ${view.owner}`}</span>
            </li>
          ))}
        </ul>
      )}
      <details class="act">
        <summary>{views.length === 0 ? 'Keep this as a view' : 'Views'}</summary>
        <div class="act-body">
          <p>A view is this list with its filters, by a name. Shared ones are seen by everybody who sees this page.</p>
          <PostForm action="/views" who={visit.who}>
            <input type="hidden" name="page" value={page} />
            <input type="hidden" name="query" value={query} />
            <NameField id="new" label="Name" value="" />
            <Tick name="shared">Share it</Tick>
            <button type="submit">Keep this view</button>
          </PostForm>
          {views
            .filter(({ owner }) => owner === null)
            .map((view) => (
              <PostForm action={`/views/${view.id}`} who={visit.who}>
                <NameField id={view.id} label={`Your view “${view.name}”`} value={view.name} />
                <Tick name="shared" checked={view.shared}>
                  Share it
                </Tick>
                <button type="submit" name="do" value="change" class="second">
                  Rename
                </button>{' '}
                <button type="submit" name="do" value="drop" class="plain">
                  Delete
                </button>
              </PostForm>
            ))}
        </div>
      </details>
    </section>
  );
}

function NameField({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <div class="field">
      <label for={`view-${id}`}>{label}</label>
      <input id={`view-${id}`} name="name" type="text" maxlength={80} required autocomplete="off" value={value} />
    </div>
  );
}

/** POST /views */
export async function keepViewAct(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const { page = '', name = '', query = '', shared } = await readForm(request);
  const wanted = pages.find((one) => one === page);
  if (!wanted || query.length > queryCharsMax)
    return problemPage(visit, 400, 'The view cannot be kept', 'Go back to the list and try once more.');
  const kept = await keepView(desk.context, who, {
    page: wanted,
    name,
    query: new URLSearchParams(query).toString(),
    shared: shared === 'on',
    requestId: request.get('requestId'),
  });
  return answer(visit, kept, query);
}

/** POST /views/:view */
export async function changeViewAct(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const id = request.req.param('view') ?? '';
  const { name = '', shared, do: what } = await readForm(request);
  const requestId = request.get('requestId');
  const kept =
    what === 'drop'
      ? await dropView(desk.context, who, id, requestId)
      : await changeView(desk.context, who, id, { name, shared: shared === 'on', requestId });
  return answer(visit, kept, '');
}

const pages: readonly ViewPage[] = ['stuck', 'applications'];
const queryCharsMax = 2_000;

const faults: Readonly<Record<Exclude<ViewKept['kind'], 'kept'>, string>> = {
  bad_name: 'A name has 1 to 80 characters.',
  name_taken: 'You have a view of that name already. Choose another name, or delete that one first.',
  too_many: 'You have as many views as one account may keep. Delete one first.',
  unknown: 'It is not there any more, or it is somebody else’s: only whose it is changes a view.',
};

function answer(visit: OwnVisit, kept: ViewKept, query: string): Response | Promise<Response> {
  if (kept.kind !== 'kept') return problemPage(visit, 400, 'The view was not changed', faults[kept.kind]);
  return visit.request.redirect(`/${kept.page}${query === '' ? '' : `?${query}`}`, 303);
}
