// /imports/:import: exact totals of one import, what was wrong with which line (never what stood there), and how it goes on.
import { isId } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { readImport, type WholeImport } from '../../../services/imports/read-imports.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { csvFile, mayExport } from '../../csv.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Live } from '../../parts/live.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { actorWords } from '../../timeline/actors.ts';
import { count, none, plural, relative, sentence } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { Facts, Resume } from './parts.tsx';
import { fileName, StateChip } from './words.tsx';

export async function importPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('import') ?? '';
  const found = isId('imp', id) ? await readImport(desk.context, id) : null;
  if (!found) return notFoundPage(visit);
  const now = desk.context.now();
  const names = await nameActors(desk.context, [found.begunBy]);
  const body = (
    <div>
      <Totals found={found} now={now} />
      <Resume found={found} />
      <Rules found={found} />
      <Errors visit={visit} found={found} />
      <Facts found={found} now={now} />
    </div>
  );
  return page(
    visit,
    { title: `Import of ${fileName(found)}` },
    <p>
      <a href="/imports">‹ Imports</a>
    </p>,
    <h1>{fileName(found)}</h1>,
    <p class="lead">
      {actorWords(found.begunBy, names)}, <When at={found.startedAt} now={now} />, into{' '}
      {found.connection === null ? none : <a href={`/connections/${found.connection}`}>{found.connection}</a>}
    </p>,
    // What has ended stays as it is.
    found.state === 'done' ? <div id="live">{body}</div> : <Live address={`/imports/${id}`}>{body}</Live>,
  );
}

function Totals({ found, now }: { found: WholeImport; now: number }) {
  const parts = [
    ['created', found.created, 'created'],
    ['known', found.known, 'known already'],
    ['errors', found.errors, found.errors === 1 ? 'error' : 'errors'],
  ] as const;
  return (
    <>
      <p class="progress" role="status">
        <StateChip state={found.state} />
        <span>{standing(found, now)}</span>
      </p>
      <ul class="sum">
        <li>
          <b>
            <Figure of="import.lines" value={found.lines}>
              {count(found.lines)}
            </Figure>
          </b>{' '}
          {found.lines === 1 ? 'line' : 'lines'}
        </li>
        {parts.map(([name, value, word], at) => (
          <li>
            <span class="operator">{at === 0 ? '=' : '+'}</span>
            <b>
              <Figure of={`import.${name}`} value={value}>
                {count(value)}
              </Figure>
            </b>{' '}
            {word}
          </li>
        ))}
      </ul>
    </>
  );
}

function standing({ state, movedAt, endedAt }: WholeImport, now: number): string {
  if (state === 'done') return `All of it was read ${relative(endedAt ?? movedAt, now)}.`;
  return state === 'running'
    ? `It came on ${relative(movedAt, now)}; this page renews itself.`
    : `It came on last ${relative(movedAt, now)}, and was broken off. What was taken stays.`;
}

function Rules({ found: { rules, errors } }: { found: WholeImport }) {
  if (errors === 0) return null;
  return (
    <section>
      <h2>What was wrong</h2>
      <DataTable
        caption="Lines by the rule that they broke"
        hideCaption
        columns={[
          { head: 'Rule' },
          { head: 'Lines', numeric: true, meaning: 'A line that broke several rules is counted at each of them' },
        ]}
        rows={rules.map(({ rule, lines }) => [
          sentence(rule),
          <Figure of={`import.rule.${rule}`} value={lines}>
            {count(lines)}
          </Figure>,
        ])}
      />
    </section>
  );
}

function Errors({ visit, found }: { visit: OwnVisit; found: WholeImport }) {
  const { errors, firstErrors, errorsFile, id } = found;
  if (errors === 0)
    return <EmptyState>{found.lines === 0 ? 'No line was taken yet.' : 'No line had anything wrong.'}</EmptyState>;
  const lines = new Set(firstErrors.map(({ line }) => line)).size;
  return (
    <section>
      <h2>{lines === errors ? 'Which lines' : `The first ${count(lines)} of ${plural(errors, 'line')}`}</h2>
      <p>
        Mend these lines in the file and import it again: what was taken already is known.{' '}
        {errorsFile === null ? (
          ''
        ) : (
          <>All of them are in {<code class="wrap">{errorsFile}</code>}, where it was run. </>
        )}
        {mayExport(visit) ? (
          <a href={`/imports/${id}/errors.csv`}>
            {errors > limits.importErrorsKeptMax ? `CSV of the first ${count(limits.importErrorsKeptMax)}` : 'CSV'}
          </a>
        ) : null}
      </p>
      <DataTable
        caption="Errors by line"
        hideCaption
        columns={[
          { head: 'Line', meaning: 'Counted from 1, with the header of a file' },
          { head: 'Rule' },
          { head: 'What to do' },
        ]}
        rows={firstErrors.map(({ line, rule, todo }) => [count(line), sentence(rule), todo])}
      />
    </section>
  );
}

/** GET /imports/:import/errors.csv: what is kept, never more than line, rule and what to do. */
export async function importErrorsFile(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('import') ?? '';
  const found = isId('imp', id) ? await readImport(desk.context, id, limits.importErrorsKeptMax) : null;
  if (!found) return notFoundPage(visit);
  return csvFile(visit, {
    name: 'import-errors',
    head: ['line', 'rule', 'what to do'],
    filter: { import: id },
    read: async (rowsMax) => ({
      rows: found.firstErrors.slice(0, rowsMax).map(({ line, rule, todo }) => [line, rule, todo]),
      more: new Set(found.firstErrors.map(({ line }) => line)).size < found.errors,
    }),
  });
}
