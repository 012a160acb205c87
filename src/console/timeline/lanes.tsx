// The timeline drawn as lanes: what is canonical first, then one column for each system; on a narrow screen a list that names the system.
import type { LaneNow } from '../../services/reports/read-situation.ts';
import type { Entry } from '../../services/reports/timeline-entry.ts';
import { instant } from '../words.ts';
import { type Around, Cell } from './cell.tsx';
import { canonical, laneOf, rowsOf } from './rows.ts';

export interface LanesProps {
  entries: readonly Entry[];
  lanes: readonly LaneNow[];
  around: Around;
}

const dayWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

export function Lanes({ entries, lanes, around }: LanesProps) {
  const rows = rowsOf(entries);
  // A system that has no lane may still have said something.
  const others = [...new Set(entries.map(laneOf))].filter(
    (one) => one !== canonical && !lanes.some((lane) => lane.connection_id === one),
  );
  const columns = [canonical, ...lanes.map((lane) => lane.connection_id), ...others.sort()];
  let day = '';
  return (
    <section class="scroll lanes-box" aria-label="Timeline" tabindex={0}>
      <table class="lanes">
        <caption class="heard">What happened, the newest first, with a column for each system</caption>
        <thead>
          <tr>
            <th scope="col">When (UTC)</th>
            <th scope="col">Interlock</th>
            {columns.slice(1).map((one) => (
              <th scope="col">{one}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, cells }) => {
            const today = dayWords.format(Date.parse(at));
            const begins = today !== day;
            day = today;
            return (
              <>
                {begins ? (
                  <tr class="day">
                    <th scope="rowgroup" colspan={columns.length + 1}>
                      {today}
                    </th>
                  </tr>
                ) : null}
                <tr>
                  <th scope="row">
                    <time datetime={at} title={instant(at)}>
                      {at.slice(11, 19)}
                    </time>
                  </th>
                  {columns.map((column) => (
                    <LaneCell name={column} entries={cells.get(column) ?? []} around={around} />
                  ))}
                </tr>
              </>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function LaneCell({ name, entries, around }: { name: string; entries: readonly Entry[]; around: Around }) {
  return (
    <td class={entries.length === 0 ? 'vacant' : ''}>
      {entries.length === 0 ? null : <span class="lane-name">{name === canonical ? 'Interlock' : name}</span>}
      {entries.map((entry) => (
        <Cell entry={entry} around={around} />
      ))}
    </td>
  );
}
