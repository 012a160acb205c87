// The list of events: who said what, why it was not taken, what would have been possible, and what a waiting one waits for.
import type { ListedEvent } from '../../../store/reports/event-lists.ts';
import { systemWords, titleOf } from '../../diagram/words.ts';
import { afterWaiting, claimWords, waitWords, whyOf } from '../../event-words.ts';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Tick } from '../../parts/decide.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { actorWords } from '../../timeline/actors.ts';
import { none } from '../../words.ts';
import type { EventsView } from './view.ts';

export interface EventTableProps {
  visit: OwnVisit;
  view: EventsView;
  items: readonly ListedEvent[];
  names: ReadonlyMap<string, string>;
  /** With a box to tick, for the form with the id `replay`. */
  replays: boolean;
}

export function EventTable({ visit, view, items, names, replays }: EventTableProps) {
  const now = visit.desk.context.now();
  return (
    <DataTable
      caption={`The newest first${items.length < 2 ? '' : '; each event is here once'}`}
      columns={[{ head: 'What was said' }, { head: whyHead(view) }, { head: 'Subject' }, { head: 'When' }]}
      rows={items.map((one) => [
        <div class="why-cell" id={one.id}>
          {replays && !one.emptied ? (
            <Tick name={`tick-${one.id}`} form="replay">
              <Said one={one} names={names} />
            </Tick>
          ) : (
            <Said one={one} names={names} />
          )}
        </div>,
        <Why one={one} now={now} />,
        one.subject_id === null ? (
          none
        ) : (
          <>
            <Subject visit={visit} id={one.subject_id} />
            <br />
            <span class="quiet">{one.state === null ? '' : `now in ${titleOf(one.state)}`}</span>
          </>
        ),
        <When at={one.received_at} now={now} />,
      ])}
    />
  );
}

const whyHead = ({ tab }: EventsView): string =>
  tab === 'parked' ? 'What it waits for' : tab === 'refused' || tab === 'quarantined' ? 'Why not' : 'What came of it';

function Said({ one, names }: { one: ListedEvent; names: ReadonlyMap<string, string> }) {
  return (
    <span>
      <code class="wraps">{claimWords(one.claim_kind, one.claim)}</code>
      <br />
      <span class="quiet">
        {actorWords(one.source, names)} ({systemWords[one.by_kind as keyof typeof systemWords] ?? one.by_kind})
      </span>
    </span>
  );
}

function Why({ one, now }: { one: ListedEvent; now: number }) {
  const why = whyOf(one.code, one.detail);
  const stage = typeof one.detail?.stage === 'string' ? one.detail.stage : null;
  if (one.disposition === 'parked')
    return (
      <div class="why-cell">
        {waitWords(one.parked_for)}
        <p class="more">
          Until <When at={one.parked_until} now={now} />; {afterWaiting(one.parked_for)}.
        </p>
      </div>
    );
  return (
    <div class="why-cell">
      {why.title === '' ? none : why.title} {stage === null ? null : <Chip>{`stage “${stage}”`}</Chip>}
      {why.detail === '' ? null : <p class="more">{why.detail}</p>}
      {why.state === null ? null : <p class="more">It stood in {titleOf(why.state)}.</p>}
      {one.disposition === 'refused' ? (
        <Allowed allowed={why.allowed} known={why.state !== null} by={one.by_kind} />
      ) : null}
      {one.emptied && one.disposition === 'quarantined' ? <p class="more">Its payload was erased.</p> : null}
      {one.replayed_at === null ? null : (
        <p class="more">
          <Chip tone="good">Replayed</Chip> <When at={one.replayed_at} now={now} />
        </p>
      )}
    </div>
  );
}

function Allowed({ allowed, known, by }: { allowed: readonly string[]; known: boolean; by: string }) {
  if (!known) return null;
  const who = systemWords[by as keyof typeof systemWords] ?? by;
  if (allowed.length === 0) return <p class="more">Nothing was possible for a system of the kind “{who}” there.</p>;
  return (
    <p class="more">
      Possible for a system of the kind “{who}”:{' '}
      {allowed.map((event, at) => (
        <>
          {at === 0 ? '' : ', '}
          <code>{event}</code>
        </>
      ))}
    </p>
  );
}
