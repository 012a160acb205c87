// What regions add to the dictionary: stages of their own, and what is not sent there.
import type { Dictionary } from '../../../core/dictionary/dictionary.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { none } from '../../words.ts';

export function Regions({ dictionary }: { dictionary: Dictionary }) {
  return (
    <DataTable
      caption="Regions with rules of their own"
      hideCaption
      columns={[
        { head: 'Region' },
        { head: 'Why' },
        { head: 'Stages of its own' },
        { head: 'Not sent there' },
        { head: 'Owner' },
      ]}
      rows={Object.values(dictionary.document.regions).map((one) => [
        <span>
          {one.title} <span class="quiet">{one.region}</span>
        </span>,
        <div class="cell">{one.reason}</div>,
        <div class="cell">
          {Object.values(one.states ?? {}).map((state) => (
            <div>
              {state.title} <span class="quiet">= {state.means}</span>
            </div>
          ))}
          {Object.keys(one.states ?? {}).length === 0 ? none : null}
        </div>,
        <div class="cell">
          {(one.withholds ?? []).map((entry) => (
            <div>
              <code>{entry.elements.join(', ')}</code> <span class="quiet">{entry.reason}</span>
            </div>
          ))}
          {(one.withholds ?? []).length === 0 ? none : null}
        </div>,
        one.owner,
      ])}
      empty="No region has rules of its own."
    />
  );
}
