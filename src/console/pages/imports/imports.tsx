// /imports: what was taken in of what there was before: each file with how far it is and what became of its lines.
import type { Child } from 'hono/jsx';
import { limits } from '../../../core/limits.ts';
import { type ImportView, readImports } from '../../../services/imports/read-imports.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Live } from '../../parts/live.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { actorWords } from '../../timeline/actors.ts';
import { count, none, span } from '../../words.ts';
import { fileName, kindWords, paceMeaning, paceWords, StateChip } from './words.tsx';

export async function importsPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const cursor = request.req.query('after') ?? '';
  const { items, next } = await readImports(desk.context, cursor);
  const names = await nameActors(
    desk.context,
    items.map((one) => one.begunBy),
  );
  const address = cursor === '' ? '/imports' : `/imports?after=${encodeURIComponent(cursor)}`;
  return page(
    visit,
    { title: 'Imports', wide: true },
    <h1>Imports</h1>,
    <p class="lead">
      What there was before Interlock, taken in file by file. Every line is created, known already, or an error; the
      same file again changes nothing.
    </p>,
    <Live address={address}>
      <DataTable
        caption="Imports, the newest first"
        hideCaption
        columns={columns}
        rows={items.map((one) => cells(one, names, desk.context.now()))}
        empty={
          cursor === ''
            ? 'Nothing was imported yet. Begin one with “interlock import applications.csv --connection greenhouse-eu”, first with --dry-run, or by POST /v1/imports.'
            : 'No older ones.'
        }
      />
      {next === null ? null : (
        <p class="pager">
          <a href={`/imports?after=${encodeURIComponent(next)}`} rel="next">
            Older ones ›
          </a>
        </p>
      )}
    </Live>,
  );
}

const columns = [
  { head: 'File' },
  {
    head: 'State',
    meaning: `Stopped: it did not reach its end, and nothing has come on for ${span(limits.importQuietMs)}`,
  },
  { head: 'Lines', numeric: true, meaning: 'Lines taken so far: created, known already and errors add up to them' },
  { head: 'Created', numeric: true, meaning: 'Lines of which a subject was made' },
  { head: 'Known already', numeric: true, meaning: 'Lines about what an import had brought before' },
  { head: 'Errors', numeric: true, meaning: 'Lines that were not taken; which and why is on the page of the import' },
  { head: 'Lines a second', numeric: true, meaning: paceMeaning },
  { head: 'Connection', meaning: 'Whose ids the file holds' },
  { head: 'Kind' },
  { head: 'Begun' },
];

const cells = (one: ImportView, names: ReadonlyMap<string, string>, now: number): Child[] => [
  <a href={`/imports/${one.id}`} title={one.source}>
    {fileName(one)}
  </a>,
  <StateChip state={one.state} />,
  count(one.lines),
  count(one.created),
  count(one.known),
  count(one.errors),
  paceWords(one.perSecond),
  one.connection ?? none,
  <>
    {one.machine}, <span class="quiet">{kindWords[one.format]}</span>
  </>,
  <>
    <When at={one.startedAt} now={now} />
    <span class="quiet beneath">{actorWords(one.begunBy, names)}</span>
  </>,
];
