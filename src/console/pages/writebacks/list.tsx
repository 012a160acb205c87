// The list of writebacks: how each stands in words, with a box to tick where something can be decided.
import type { ListedView } from '../../../services/reports/read-writebacks.ts';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { ShortId, Tick } from '../../parts/decide.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count } from '../../words.ts';
import { answerWords, confirmedBy, heldWords, reasonWords, statusWords } from '../../writeback-words.ts';
import { fieldsOf, type Refused, type WritebacksView } from './view.ts';

/** The form that the boxes belong to. */
export const formId = 'decide-writebacks';

interface ListProps {
  visit: OwnVisit;
  view: WritebacksView;
  items: readonly ListedView[];
  ticks: boolean;
  refused: Refused | null;
}

export function List({ visit, view, items, ticks, refused }: ListProps) {
  const now = visit.desk.context.now();
  const { status } = view.filter;
  return (
    <DataTable
      caption={`Writebacks: ${statusWords[status]?.[0].toLowerCase() ?? status}`}
      hideCaption
      columns={[
        { head: 'Writeback' },
        { head: status === 'dead' ? 'Why' : 'How it stands' },
        {
          head: 'Last answer',
          meaning: 'What the system’s last answer meant, with the HTTP status where there was one',
        },
        { head: 'Connection' },
        { head: 'Transition' },
        { head: 'Must show' },
        { head: 'Subject' },
        { head: 'Tries', numeric: true, meaning: 'Attempts so far; reading whether a taken write is shown counts too' },
        { head: 'Made' },
        { head: status === 'ready' ? 'Due' : 'Ended' },
      ]}
      rows={items.map((item) => [
        ticks ? (
          <Tick
            name={`tick-${item.id}`}
            form={formId}
            checked={refused?.ticked.has(item.id) ?? false}
            hears={`Tick ${item.id}`}
          >
            <LinkTo item={item} />
          </Tick>
        ) : (
          <LinkTo item={item} />
        ),
        <div class="cell">{standing(item)}</div>,
        answerWords(item.outcome, item.httpStatus),
        <a href={`/connections/${item.connection}`}>{item.connection}</a>,
        <code>{item.eventType}</code>,
        <code>{item.to}</code>,
        <Subject visit={visit} id={item.subject} />,
        count(item.attempt),
        <When at={item.createdAt} now={now} />,
        <When at={status === 'ready' ? item.dueAt : item.settledAt} now={now} />,
      ])}
      empty={emptyWords(view)}
    />
  );
}

const LinkTo = ({ item }: { item: ListedView }) => (
  <a href={`/writebacks/${item.id}`}>
    <ShortId id={item.id} />
  </a>
);

function standing(item: ListedView) {
  if (item.status === 'ready' && !item.head) return 'Waits behind another of its lane';
  if (item.status === 'ready' && item.held !== null)
    return (
      <span>
        <Chip tone="warn">Held</Chip> {heldWords(item.held)}
      </span>
    );
  if (item.status === 'ready')
    return item.reason === null ? 'Waits for its turn' : `To be tried again: ${reasonWords(item.reason)}`;
  if (item.status === 'leased') return item.mode === 'confirm' ? 'Taken, and read again now' : 'On its way';
  if (item.status === 'confirmed') return confirmedBy[item.settledBy ?? ''] ?? 'Seen in the system';
  return reasonWords(item.reason);
}

function emptyWords({ filter, after }: WritebacksView): string {
  if (after !== null) return 'None here; there may be more on the next page.';
  const narrowed = fieldsOf({ filter, after }).length > 1;
  if (narrowed) return 'None that match. Take a filter away to see more.';
  return filter.status === 'dead' ? 'Nothing was given up: every write is shown, or on its way.' : 'There are none.';
}
