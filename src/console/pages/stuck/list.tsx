// The rows of what is stuck, with a box where something can be decided, and the decisions.

import { durationMs } from '../../../core/duration.ts';
import { limits } from '../../../core/limits.ts';
import type { Stuck, StuckPage } from '../../../services/reports/read-stuck.ts';
import { StateName } from '../../flow/table.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Decide, Reason, Tick } from '../../parts/decide.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { causeWords } from '../../stuck-words.ts';
import { count, none, span } from '../../words.ts';
import { type StuckView, stuckFields } from './view.ts';

/** A wish that could not be carried out: what is wrong with it, and what was entered. */
export interface RefusedAct {
  fault: string;
  reason: string;
  ticked: ReadonlySet<string>;
}

const formId = 'decide-stuck';

export type Decidable = 'write' | 'incident';

/** What a person can decide about a row from here; null where it has to be opened, or waits for a system. */
export function decidable(one: Pick<Stuck, 'cause' | 'code' | 'writeback' | 'incident'>): Decidable | null {
  if (one.cause === 'write_unconfirmed') return 'write';
  return one.incident !== null && !chosen.includes(one.code) ? 'incident' : null;
}

/** Which value counts, or whether two persons are one, is chosen at the incident itself. */
const chosen = ['field_conflict', 'duplicate_profile'];

interface ListProps {
  visit: OwnVisit;
  view: StuckView;
  items: readonly Stuck[];
  ticks: boolean;
  refused: RefusedAct | null;
}

export function List({ visit, view, items, ticks, refused }: ListProps) {
  const now = visit.desk.context.now();
  return (
    <DataTable
      caption="What is stuck, the oldest first"
      hideCaption
      columns={[
        { head: 'What' },
        { head: 'Whose turn' },
        { head: 'Since', meaning: 'How long it has been so' },
        { head: 'Due', meaning: 'When its state was to be left, and how long the machine allows for it' },
        { head: 'State' },
        { head: 'Subject' },
        { head: 'Connection' },
        { head: 'Region' },
        { head: 'Business unit', meaning: 'The requisition’s' },
      ]}
      rows={items.map((one) => [
        ticks && decidable(one) !== null ? (
          <Tick
            name={`tick-${one.id}`}
            form={formId}
            checked={refused?.ticked.has(one.id) ?? false}
            hears={`Tick ${one.id}`}
          >
            <What visit={visit} one={one} view={view} />
          </Tick>
        ) : (
          <What visit={visit} one={one} view={view} />
        ),
        one.owner,
        <When at={one.since} now={now} />,
        <Due one={one} now={now} />,
        one.state === null ? none : <StateName path={one.state} />,
        one.subject === null ? none : <Subject visit={visit} id={one.subject} />,
        <span class="one-line">{one.connection ?? none}</span>,
        one.region ?? none,
        one.businessUnit ?? none,
      ])}
      empty={emptyWords(view)}
    />
  );
}

function What({ visit, one, view }: { visit: OwnVisit; one: Stuck; view: StuckView }) {
  const href = placeOf(visit, one);
  return (
    <span class="cell">
      {view.conditions.cause === undefined ? (
        <span>
          <Chip tone={one.cause === 'incident_open' ? 'warn' : 'bad'}>{causeWords[one.cause]}</Chip>{' '}
        </span>
      ) : null}
      {href === null ? one.detail : <a href={href}>{one.detail}</a>}
    </span>
  );
}

/** Where it is looked into; null where no page has it. */
function placeOf({ desk }: OwnVisit, one: Stuck): string | null {
  const has = (path: string): boolean => desk.routes.some((route) => route.method === 'GET' && route.path === path);
  if (one.cause === 'write_unconfirmed' && one.writeback !== null && has('/writebacks/:writeback'))
    return `/writebacks/${one.writeback}`;
  if (one.incident !== null && has('/incidents/:incident')) return `/incidents/${one.incident}`;
  return one.event !== null && has('/events') ? `/events?tab=parked#${one.event}` : null;
}

function Due({ one, now }: { one: Stuck; now: number }) {
  if (one.sla === null) return <span class="quiet">{none}</span>;
  return (
    <span>
      <When at={one.sla.dueAt} now={now} /> <span class="quiet">of {span(durationMs(one.sla.duration))}</span>
    </span>
  );
}

function emptyWords(view: StuckView): string {
  if (view.after !== null) return 'None here any more: go back to the oldest.';
  return Object.keys(stuckFields(view)).length > 0
    ? 'Nothing that matches is stuck. Take a filter away to see more.'
    : 'Nobody is stuck, and nothing waits for a decision.';
}

interface ActsProps {
  visit: OwnVisit;
  view: StuckView;
  found: StuckPage;
  refused: RefusedAct | null;
}

/** What can be done with those that are ticked, or with all that match. */
export function Acts({ visit, view, found, refused }: ActsProps) {
  const { cause } = view.conditions;
  const writes = (cause === undefined || cause === 'write_unconfirmed') && found.totals.write_unconfirmed > 0;
  const incidents =
    (cause === undefined && found.totals.systems_disagree + found.totals.incident_open > 0) ||
    cause === 'systems_disagree' ||
    cause === 'incident_open';
  if (!writes && !incidents) return null;
  return (
    <Decide action="/stuck/act" who={visit.who} id={formId}>
      {Object.entries(stuckFields(view)).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="act" value={visit.desk.context.newId('act')} />
      <Reason id="act" value={refused?.reason ?? ''} />
      <button type="button" class="plain" data-tick-all={formId} hidden>
        Tick all here
      </button>
      {writes ? (
        <>
          <button type="submit" name="do" value="redrive">
            Redrive the ticked
          </button>
          <button type="submit" name="do" value="waive" class="second">
            Waive the ticked
          </button>
          <button type="submit" name="do" value="redrive-all" class="second">
            Redrive all given up that match, of {count(found.totals.write_unconfirmed)}
            {found.totals.write_unconfirmed > limits.actItemsMax ? `, up to ${count(limits.actItemsMax)}` : ''}
          </button>
        </>
      ) : null}
      {incidents ? (
        <>
          <button type="submit" name="do" value="settle" class={writes ? 'second' : ''}>
            Settle the ticked
          </button>
          <button type="submit" name="do" value="settle-all" class="second">
            Settle all that match, up to {count(limits.actItemsMax)}
          </button>
        </>
      ) : null}
    </Decide>
  );
}
