// Subjects as rows of a list, and the bar above it.
import type { SubjectView } from '../../../services/reports/read-subject.ts';
import { StateName } from '../../flow/table.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Choice } from '../../parts/form.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import { anyOf, WhereChoices } from '../../parts/where-choices.tsx';
import type { OwnVisit } from '../../route.ts';
import { none, sentence } from '../../words.ts';
import { type ApplicationsView, applicationsFields, endedWords, movedWithin } from './view.ts';

export function Filters({ visit, view }: { visit: OwnVisit; view: ApplicationsView }) {
  const { conditions: of } = view;
  const fields = applicationsFields(view);
  const machines = [...new Set(visit.desk.context.machines.all().map(({ name }) => name))];
  return (
    <form method="get" action="/applications" class="bar lists" data-at-once>
      <Choice
        name="machine"
        label="Machine"
        value={of.machine ?? ''}
        options={[anyOf, ...machines.map((one) => [one, sentence(one)] as const)]}
      />
      <WhereChoices visit={visit} chosen={of} />
      <Choice name="ended" label="Open or ended" value={fields.ended ?? ''} options={Object.entries(endedWords)} />
      <Choice
        name="moved"
        label="Moved"
        value={fields.moved ?? ''}
        options={[['', 'at any time'], ...Object.entries(movedWithin)]}
      />
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

export const columns = [
  { head: 'Subject' },
  { head: 'State' },
  { head: 'Whose turn' },
  { head: 'Moved', meaning: 'Since when it is in this state' },
  { head: 'Due', meaning: 'When its state was to be left' },
  { head: 'Region' },
  { head: 'Business unit', meaning: 'The requisition’s' },
  { head: 'What systems call it' },
];

export const rowOf = (visit: OwnVisit, one: SubjectView, now: number) => [
  <Subject visit={visit} id={one.id} />,
  <span>
    {one.machine === 'application' ? null : <span class="quiet">{sentence(one.machine)}: </span>}
    <StateName path={one.state} /> {one.ended ? <Chip>ended</Chip> : null}
  </span>,
  one.ended ? none : (one.owner ?? none),
  <When at={one.since} now={now} />,
  one.ended ? none : <Due at={one.slaDueAt} now={now} />,
  one.region ?? none,
  one.businessUnit ?? none,
  one.refs.length === 0 ? (
    none
  ) : (
    <span class="cell">{one.refs.map(({ system, ref }) => `${system} ${ref}`).join(', ')}</span>
  ),
];

function Due({ at, now }: { at: string | null; now: number }) {
  if (at === null) return <span class="quiet">{none}</span>;
  return Date.parse(at) < now ? (
    <Chip tone="bad">
      <When at={at} now={now} />
    </Chip>
  ) : (
    <When at={at} now={now} />
  );
}

export function List({
  visit,
  items,
  view,
}: {
  visit: OwnVisit;
  items: readonly SubjectView[];
  view: ApplicationsView;
}) {
  const now = visit.desk.context.now();
  const narrowed = Object.keys(applicationsFields(view)).length > 0;
  return (
    <DataTable
      caption="Subjects, whoever moved last first"
      hideCaption
      columns={columns}
      rows={items.map((one) => rowOf(visit, one, now))}
      empty={
        narrowed
          ? 'None that match. Take a filter away to see more.'
          : 'There is nobody yet. Subjects appear with the first event that a system or an API client sends.'
      }
    />
  );
}
