// /agreement: the canonical state beside what each system shows, for how long they differ, why, whose turn it is, and what can be done.
import { decodeCursor, encodeCursor, type Position } from '../../../core/cursor.ts';
import { type DisagreementCause, disagreementCauses } from '../../../core/deciding/disagreement.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import { readBoard } from '../../../services/reports/read-agreement.ts';
import type { AgreementQuery } from '../../../store/reports/agreement.ts';
import { titleOf } from '../../diagram/words.ts';
import { page } from '../../frame.tsx';
import { Decide, Reason, Tick } from '../../parts/decide.tsx';
import { Choice } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { AgreementRates, causeWords, Disagreements, formId } from './tables.tsx';

const rowsMax = 50;
/** Days of the course beside each connection. */
const courseDays = 30;
const ages = { '': 'any age', '60000': 'over a minute', '3600000': 'over an hour', '86400000': 'over a day' } as const;

export interface BoardView {
  filter: Omit<AgreementQuery, 'after' | 'rowsMax'>;
  after: Position | null;
}

export function boardOf(query: Readonly<Record<string, string | undefined>>): BoardView {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return value === undefined || value === '' || value.length > 100 ? undefined : value;
  };
  return {
    filter: {
      connection: text('connection'),
      machine: machineNames.find((one) => one === query.machine),
      cause: disagreementCauses.find((one) => one === query.cause),
      ageMinMs: Object.keys(ages).includes(query.age ?? '') && query.age ? Number(query.age) : undefined,
    },
    after: decodeCursor(query.after ?? ''),
  };
}

export const boardFields = ({ filter }: BoardView): [name: string, value: string][] =>
  Object.entries({
    connection: filter.connection,
    machine: filter.machine,
    cause: filter.cause,
    age: filter.ageMinMs === undefined ? undefined : String(filter.ageMinMs),
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);

export function boardHref(view: BoardView, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...Object.fromEntries(boardFields(view)), ...more }).toString();
  return `/agreement${query === '' ? '' : `?${query}`}`;
}

export interface BoardSaying {
  tone: 'good' | 'bad';
  lines: readonly string[];
  /** What was entered, when nothing was done. */
  reason?: string;
  ticked?: ReadonlySet<string>;
}

export async function agreementPage(visit: OwnVisit): Promise<Response> {
  return showBoard(visit, boardOf(visit.request.req.query()), null);
}

export async function showBoard(visit: OwnVisit, view: BoardView, saying: BoardSaying | null): Promise<Response> {
  const { context } = visit.desk;
  const { items, next, counted } = await readBoard(context, { ...view.filter, after: view.after, rowsMax }, courseDays);
  const now = context.now();
  const acts = isOperator(visit.who) && items.length > 0;
  return page(
    visit,
    { title: 'Agreement', wide: true, status: saying?.tone === 'bad' ? 422 : 200 },
    <h1>Do all systems show the same?</h1>,
    <p class="lead">
      The canonical state beside what each system showed last. A system that shows something else is on this list at
      once, with the reason and whose turn it is.
    </p>,
    saying === null ? null : <Said saying={saying} />,
    <h2>By connection</h2>,
    <AgreementRates counted={counted} now={now} days={courseDays} />,
    <h2 id="differ">Where they differ</h2>,
    <Filters view={view} connections={counted.map(({ connection }) => connection)} />,
    acts ? <BoardActs visit={visit} view={view} saying={saying} /> : null,
    <Disagreements
      visit={visit}
      items={items}
      now={now}
      ticks={acts}
      ticked={saying?.ticked ?? new Set()}
      narrowed={boardFields(view).length > 0}
    />,
    <p class="pager">
      {view.after === null ? null : <a href={boardHref(view)}>‹ To the oldest</a>}
      {next === null ? null : (
        <a href={boardHref(view, { after: encodeCursor(next) })} rel="next">
          Next ›
        </a>
      )}
    </p>,
  );
}

function Said({ saying }: { saying: BoardSaying }) {
  return (
    <Notice tone={saying.tone}>
      {saying.lines.map((line, at) => (
        <span>
          {at === 0 ? '' : <br />}
          {line}
        </span>
      ))}
    </Notice>
  );
}

function Filters({ view: { filter }, connections }: { view: BoardView; connections: readonly string[] }) {
  const any = ['', 'all'] as const;
  const names =
    filter.connection === undefined || connections.includes(filter.connection)
      ? connections
      : [...connections, filter.connection];
  return (
    <form method="get" action="/agreement" class="bar" data-at-once>
      <Choice
        name="connection"
        label="Connection"
        value={filter.connection ?? ''}
        options={[any, ...names.map((one) => [one, one] as const)]}
      />
      <Choice
        name="machine"
        label="Lifecycle"
        value={filter.machine ?? ''}
        options={[any, ...machineNames.map((one) => [one, titleOf(one)] as const)]}
      />
      <Choice
        name="cause"
        label="Why"
        value={filter.cause ?? ''}
        options={[any, ...disagreementCauses.map((one: DisagreementCause) => [one, causeWords[one]] as const)]}
      />
      <Choice
        name="age"
        label="For"
        value={filter.ageMinMs === undefined ? '' : String(filter.ageMinMs)}
        options={Object.entries(ages)}
      />
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

function BoardActs({ visit, view, saying }: { visit: OwnVisit; view: BoardView; saying: BoardSaying | null }) {
  return (
    <Decide action="/agreement/act" who={visit.who} id={formId}>
      {boardFields(view).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="act" value={visit.desk.context.newId('act')} />
      <Reason id="board" value={saying?.reason ?? ''} />
      <button type="button" class="plain" data-tick-all={formId} hidden>
        Tick all here
      </button>
      <button type="submit" name="do" value="look">
        Look again now
      </button>
      <button type="submit" name="do" value="write" class="second">
        Write ours again
      </button>
      <Tick name="force">and overwrite what is shown</Tick>
      <button type="submit" name="do" value="adopt" class="second">
        Adopt theirs
      </button>
      <button type="submit" name="do" value="hold" class="second">
        Hold
      </button>
    </Decide>
  );
}
