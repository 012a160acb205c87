// A table that can be heard and scrolled: a caption, heads that say what a column is, figures to the right.
import type { Child } from 'hono/jsx';
import { EmptyState } from './empty-state.tsx';

export interface Column {
  head: string;
  /** Figures stand to the right, one below the other. */
  numeric?: boolean;
  meaning?: string;
}

export interface DataTableProps {
  /** What the rows are. */
  caption: string;
  /** For who hears the caption anyway or sees it as a heading above. */
  hideCaption?: boolean;
  columns: readonly Column[];
  /** The first cell of each row names it. */
  rows: readonly (readonly Child[])[];
  /** Instead of a table without rows. */
  empty?: string;
}

export function DataTable({ caption, hideCaption = false, columns, rows, empty }: DataTableProps) {
  if (rows.length === 0) return <EmptyState>{empty ?? 'There is nothing here.'}</EmptyState>;
  return (
    // What scrolls must be reached by keyboard (WCAG 2.1.1).
    <section class="scroll" aria-label={caption} tabindex={0}>
      <table>
        <caption class={hideCaption ? 'heard' : ''}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, numeric, meaning }) => (
              <th scope="col" class={numeric ? 'numeric' : ''} title={meaning}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, at) =>
                at === 0 ? <th scope="row">{cell}</th> : <td class={columns[at]?.numeric ? 'numeric' : ''}>{cell}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
