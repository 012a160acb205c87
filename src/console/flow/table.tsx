// The figures of the diagram as a table: all of them at once, for those who hear it, print it or want to compare.
import type { Flow, StateFigures } from '../../services/reports/read-flow.ts';
import { systemWords, title, titleOf } from '../diagram/words.ts';
import { DataTable } from '../parts/data-table.tsx';
import { Figure as Counted } from '../parts/figure.tsx';
import { count, none, span } from '../words.ts';
import { toneOfTime } from './overlay.ts';
import { type FlowView, listHref, type Show } from './view.ts';

export function FlowTable({ view, flow }: { view: FlowView; flow: Flow }) {
  const stays =
    view.connection === undefined
      ? 'Of the stays that ended in the period'
      : `Of the stays that ended in the period by a transition which ${view.connection} told or was told`;
  return (
    <DataTable
      caption={`States of ${titleOf(view.machine.name)}, version ${view.machine.version}, with the figures of the diagram`}
      columns={[
        { head: 'State' },
        { head: 'Whose turn' },
        { head: 'System of record' },
        { head: 'Due after', numeric: true },
        { head: 'Here now', numeric: true },
        { head: 'Late', numeric: true, meaning: 'Past the time of the state' },
        { head: 'Stuck', numeric: true, meaning: 'Late, a write not shown, systems that disagree, or something open' },
        { head: 'Median stay', numeric: true, meaning: stays },
        { head: '90th percentile', numeric: true, meaning: stays },
        { head: 'Refused', numeric: true, meaning: 'Attempts to leave in a way that does not exist, in the period' },
        {
          head: 'Not shown yet',
          numeric: true,
          meaning: 'Writes of transitions out of the state that no target shows',
        },
      ]}
      rows={flow.states.map((figures) => rowOf(view, figures))}
    />
  );
}

function rowOf(view: FlowView, figures: StateFigures) {
  const { state, owner, slaMs } = figures;
  const leaf = view.machine.leaves.get(state);
  const tone = toneOfTime(figures);
  return [
    <StateName path={state} />,
    owner,
    leaf ? systemWords[leaf.meta.systemOfRecord] : none,
    span(slaMs),
    <Figure view={view} of="here" state={state} value={figures.here} />,
    <Figure view={view} of="late" state={state} value={figures.late} />,
    <Figure view={view} of="stuck" state={state} value={figures.stuck} />,
    <Linked href={figures.stays > 0 ? listHref(view, 'time', state) : undefined}>{span(figures.medianMs)}</Linked>,
    <span>
      {span(figures.p90Ms)}
      {tone === 'alarm' ? (
        <span class="sign" role="img" aria-label="longer than due">
          ▲
        </span>
      ) : null}
    </span>,
    <Figure view={view} of="refused" state={state} value={figures.refused} />,
    <Figure view={view} of="unconfirmed" state={state} value={figures.unconfirmed} />,
  ];
}

/** "Screening › Invited": with the room it lies in. */
export function StateName({ path }: { path: string }) {
  const parts = path.split('.');
  // The outermost room is the same for nearly all states.
  const rooms = parts.slice(parts.length > 2 ? 1 : 0, -1).map(title);
  return (
    <span>
      {rooms.length > 0 ? <span class="quiet">{rooms.join(' › ')} › </span> : null}
      {titleOf(path)}
    </span>
  );
}

function Figure({ view, of, state, value }: { view: FlowView; of: Show | 'late'; state: string; value: number }) {
  const name = `flow.${of}.${state}`;
  if (value === 0)
    return (
      <Counted of={name} value={0}>
        <span class="quiet">0</span>
      </Counted>
    );
  return (
    <Linked href={listHref(view, of, state)}>
      <Counted of={name} value={value}>
        {count(value)}
      </Counted>
    </Linked>
  );
}

function Linked({ href, children }: { href: string | undefined; children?: unknown }) {
  return href === undefined ? <span>{children as never}</span> : <a href={href}>{children as never}</a>;
}
