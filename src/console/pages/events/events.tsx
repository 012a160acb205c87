// /events: what was refused, kept or waits, each with why and what would have been possible; and the sum of all that arrived.
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import { type EventPage, readEventPage } from '../../../services/intake/list-events.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { titleOf } from '../../diagram/words.ts';
import { dispositionWords, whyOf } from '../../event-words.ts';
import { periods } from '../../flow/view.ts';
import { page } from '../../frame.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Choice } from '../../parts/form.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count } from '../../words.ts';
import { periodWords } from '../home.tsx';
import { EventTable } from './list.tsx';
import { ReplayMatching, UnknownStages } from './quarantine.tsx';
import { type EventsView, eventFilter, eventsHref, eventsView, eventTabs } from './view.ts';

const rowsMax = 50;

export async function eventsPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const view = eventsView((name) => request.req.query(name));
  const after = decodeCursor(request.req.query('after') ?? '');
  const found = await readEventPage(desk.context, eventFilter(view, visit), after, rowsMax);
  const names = await nameActors(
    desk.context,
    found.items.map((one) => one.source),
  );
  const [word] = dispositionWords[view.tab] ?? [view.tab];
  const replays = view.tab === 'quarantined' && isOperator(visit.who);
  return page(
    visit,
    { title: `${word} events`, wide: true },
    <h1>Events</h1>,
    <p class="lead">
      What systems said and the machine did not take, and why. Everything that arrived is in exactly one of these lists.
    </p>,
    <Filters view={view} connections={await connectionsOf(visit)} />,
    <Tabs view={view} found={found} />,
    <p>{meaningOf(view)}</p>,
    <Reasons view={view} found={found} />,
    view.tab === 'quarantined' ? <UnknownStages visit={visit} view={view} stages={found.stages} /> : null,
    replays && found.items.length > 0 ? <ReplayMatching visit={visit} view={view} /> : null,
    found.items.length === 0 ? (
      <EmptyState>{emptyWords(view, found.counts[view.tab])}</EmptyState>
    ) : (
      <EventTable visit={visit} view={view} items={found.items} names={names} replays={replays} />
    ),
    found.next === null ? null : (
      <p class="pager">
        <a href={eventsHref(view, { after: encodeCursor(found.next) })}>Earlier ›</a>
      </p>
    ),
  );
}

/** "1,960 events = 17 refused + 3 quarantined + …", each a tab: the sum is on the page, so that everybody can check it. */
function Tabs({ view, found }: { view: EventsView; found: EventPage }) {
  return (
    <nav aria-label="What became of them">
      <ul class="sum">
        <li>
          <Figure of="events.received" value={found.received}>
            <b>{count(found.received)}</b> events
          </Figure>
        </li>
        {eventTabs.map((tab, at) => (
          <li>
            <span class="operator">{at === 0 ? '=' : '+'}</span>
            <a
              href={eventsHref(view, { tab, code: undefined, ...(tab === 'quarantined' ? {} : { stage: undefined }) })}
              aria-current={view.tab === tab ? 'page' : undefined}
              title={dispositionWords[tab]?.[2]}
            >
              <Figure of={`events.${tab}`} value={found.counts[tab]}>
                <b>{count(found.counts[tab])}</b> {(dispositionWords[tab]?.[0] ?? tab).toLowerCase()}
              </Figure>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function meaningOf({ tab }: EventsView): string {
  const meaning = dispositionWords[tab]?.[2] ?? '';
  const more: Readonly<Record<string, string>> = {
    refused: ' Nothing changed. What would have been possible stands with each.',
    quarantined: ' Mend the mapping of its connection, then replay it: it counts from then on, once.',
    parked: ' Nobody has to do anything unless the time runs out.',
  };
  return `${meaning}.${more[tab] ?? ''}`;
}

function emptyWords({ tab, narrowed }: EventsView, known: number): string {
  if (tab === 'duplicate' && known > 0)
    return 'A repetition leaves no row of its own: it counts, and the first one stands for it.';
  if (Object.keys(narrowed).length > 0) return 'Nothing matches in this period. Take a filter away.';
  return tab === 'refused' || tab === 'quarantined' || tab === 'parked'
    ? `Nothing was ${tab} in this period. That is as it should be.`
    : 'Nothing of this kind arrived in this period.';
}

/** Why, by how often: the most frequent reason is where mending pays. */
function Reasons({ view, found }: { view: EventsView; found: EventPage }) {
  if (found.reasons.length === 0) return null;
  return (
    <ul class="sum" aria-label="Reasons">
      {found.reasons.map(({ code, count: number }) => (
        <li>
          <a
            class="chip"
            href={eventsHref(view, { code: view.narrowed.code === code ? undefined : code })}
            aria-current={view.narrowed.code === code ? 'true' : undefined}
          >
            {whyOf(code, null).title} ·{' '}
            <Figure of={`events.${view.tab}.${code}`} value={number}>
              {count(number)}
            </Figure>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Filters({ view, connections }: { view: EventsView; connections: readonly string[] }) {
  const { narrowed } = view;
  return (
    <form method="get" action="/events" class="bar" data-at-once>
      <input type="hidden" name="tab" value={view.tab} />
      {narrowed.code === undefined ? null : <input type="hidden" name="code" value={narrowed.code} />}
      {narrowed.stage === undefined ? null : <input type="hidden" name="stage" value={narrowed.stage} />}
      <Choice
        name="period"
        label="Period"
        value={view.period}
        options={Object.keys(periods).map((one) => [one, periodWords[one as keyof typeof periods]] as const)}
      />
      <Choice
        name="connection"
        label="Connection"
        value={narrowed.connection ?? ''}
        options={[['', 'All, and clients'], ...connections.map((one) => [one, one] as const)]}
      />
      <Choice
        name="machine"
        label="Machine"
        value={narrowed.machine ?? ''}
        options={[['', 'All'], ...machineNames.map((one) => [one, titleOf(one)] as const)]}
      />
      <div class="field">
        <label for="claim">What it says</label>
        <input
          id="claim"
          name="claim"
          type="text"
          value={narrowed.claim ?? ''}
          autocomplete="off"
          placeholder="offer.extended"
        />
      </div>
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

async function connectionsOf({ desk }: OwnVisit): Promise<string[]> {
  return (await desk.context.connections.load(desk.context.database.reports)).map((one) => one.id).sort();
}
