// /writebacks: what is given up first, with the reason in words; lists of every other status; and what can be done about them.
import { encodeCursor, type Position } from '../../../core/cursor.ts';
import { limits } from '../../../core/limits.ts';
import { readConnections } from '../../../services/connections/read-connections.ts';
import { readWritebacks } from '../../../services/reports/read-writebacks.ts';
import { page } from '../../frame.tsx';
import { Decide, Reason, Tick } from '../../parts/decide.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Choice } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count, none, plural } from '../../words.ts';
import { reasonWords, statusWords } from '../../writeback-words.ts';
import { formId, List } from './list.tsx';
import { ages, fieldsOf, hrefOf, type Refused, statuses, viewOfQuery, type WritebacksView } from './view.ts';

export async function writebacksPage(visit: OwnVisit): Promise<Response> {
  return showWritebacks(visit, viewOfQuery(visit.request.req.query()), null);
}

export async function showWritebacks(
  visit: OwnVisit,
  view: WritebacksView,
  refused: Refused | null,
): Promise<Response> {
  const { context } = visit.desk;
  const { items, next, open, reasons } = await readWritebacks(context, {
    ...view.filter,
    after: view.after,
    rowsMax: limits.pageRowsMax,
  });
  const connections = await visit.desk.remembered('connection names', async () =>
    (await readConnections(context)).map(({ id }) => id),
  );
  const { status } = view.filter;
  const acts = isOperator(visit.who) && (status === 'dead' || status === 'ready');
  return page(
    visit,
    { title: 'Writebacks', status: refused === null ? 200 : 422, wide: true },
    <h1>Writebacks</h1>,
    <p class="lead">
      Every change that a system must show. One counts as confirmed when the system was seen to show it, not when it
      said yes.
    </p>,
    <ul class="tabs">
      {statuses.map((one) => (
        <li>
          <a href={hrefOf(view, { status: one })} aria-current={one === status ? 'page' : undefined}>
            {statusWords[one]?.[0]}
            {one in open ? <Open status={one} many={open[one as keyof typeof open]} /> : ''}
          </a>
        </li>
      ))}
    </ul>,
    <Filters view={view} connections={connections} reasons={reasons} transitions={transitionsOf(visit)} />,
    refused === null ? null : <Notice tone="bad">{refused.fault}</Notice>,
    acts && items.length > 0 ? <Acts visit={visit} view={view} refused={refused} /> : null,
    <List visit={visit} view={view} items={items} ticks={acts} refused={refused} />,
    <Pager view={view} next={next} shown={items.length} />,
  );
}

const Open = ({ status, many }: { status: string; many: number }) => (
  <span>
    {' ('}
    <Figure of={`writebacks.${status}`} value={many}>
      {count(many)}
    </Figure>
    )
  </span>
);

const transitionsOf = ({ desk }: OwnVisit): string[] =>
  [...desk.context.dictionary.events.keys(), 'element.changed'].sort();

interface FiltersProps {
  view: WritebacksView;
  connections: readonly string[];
  reasons: readonly { reason: string; count: number }[];
  transitions: readonly string[];
}

function Filters({ view: { filter }, connections, reasons, transitions }: FiltersProps) {
  const any = ['', 'all'] as const;
  const listed = (names: readonly string[], chosen: string | undefined) =>
    (chosen === undefined || names.includes(chosen) ? names : [...names, chosen]).map((one) => [one, one] as const);
  const known = reasons.map(
    ({ reason, count: times }) => [reason, `${reasonLabel(reason)} (${count(times)})`] as const,
  );
  return (
    <form method="get" action="/writebacks" class="bar" data-at-once>
      <input type="hidden" name="status" value={filter.status} />
      <Choice
        name="connection"
        label="Connection"
        value={filter.connection ?? ''}
        options={[any, ...listed(connections, filter.connection)]}
      />
      <Choice
        name="transition"
        label="Transition"
        value={filter.eventType ?? ''}
        options={[any, ...listed(transitions, filter.eventType)]}
      />
      {known.length > 0 || filter.reason !== undefined ? (
        <Choice
          name="reason_is"
          label="Reason"
          value={filter.reason ?? ''}
          options={[
            any,
            ...known,
            ...(filter.reason === undefined || known.some(([code]) => code === filter.reason)
              ? []
              : [[filter.reason, reasonLabel(filter.reason)] as const]),
          ]}
        />
      ) : null}
      <Choice
        name="age"
        label="Age"
        value={filter.ageMinMs === undefined ? '' : String(filter.ageMinMs)}
        options={Object.entries(ages)}
      />
      <div class="field">
        <label for="filter-state">State</label>
        <input
          id="filter-state"
          name="state"
          type="text"
          maxlength={200}
          value={filter.state ?? ''}
          placeholder="active.offer.extended"
        />
      </div>
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

/** Options of a choice are short, so what is long is cut at its first half sentence. */
const reasonLabel = (code: string): string => {
  const words = reasonWords(code);
  return words.length > 60 ? `${words.slice(0, 58)}…` : words;
};

function Acts({ visit, view, refused }: { visit: OwnVisit; view: WritebacksView; refused: Refused | null }) {
  const dead = view.filter.status === 'dead';
  return (
    <Decide action="/writebacks/act" who={visit.who} id={formId}>
      {fieldsOf(view).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="act" value={visit.desk.context.newId('act')} />
      <Reason id="act" value={refused?.reason ?? ''} />
      {dead ? <Tick name="force">Overwrite whatever is shown there</Tick> : null}
      <button type="button" class="plain" data-tick-all={formId} hidden>
        Tick all here
      </button>
      {dead ? (
        <button type="submit" name="do" value="redrive">
          Redrive the ticked
        </button>
      ) : null}
      {dead ? (
        <button type="submit" name="do" value="redrive-all" class="second">
          Redrive all that match, up to {count(limits.actItemsMax)}
        </button>
      ) : null}
      <button type="submit" name="do" value="waive" class="second">
        Waive the ticked
      </button>
    </Decide>
  );
}

function Pager({ view, next, shown }: { view: WritebacksView; next: Position | null; shown: number }) {
  if (next === null && view.after === null) return <p class="quiet">{plural(shown, 'writeback')}.</p>;
  return (
    <p class="pager">
      {view.after === null ? null : <a href={hrefOf(view)}>‹ To the first</a>}
      {next === null ? (
        <span class="quiet">{shown === 0 ? none : 'These are the last.'}</span>
      ) : (
        <a href={hrefOf(view, { after: encodeCursor(next) })} rel="next">
          Next ›
        </a>
      )}
    </p>
  );
}
