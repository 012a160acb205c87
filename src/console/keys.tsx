// The keys there are, as a table: in a window of their own that ? opens, and on the page of help.

import type { Group } from './navigation.tsx';
import { DataTable } from './parts/data-table.tsx';

/** The window; without scripts nothing opens it. */
export function KeysDialog({ groups }: { groups: readonly Group[] }) {
  return (
    <dialog id="keys" class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <KeysTable groups={groups} />
      <form method="dialog">
        <button type="submit" class="second" autofocus>
          Close
        </button>{' '}
        <a href="/help">All explanations</a>
      </form>
    </dialog>
  );
}

export function KeysTable({ groups }: { groups: readonly Group[] }) {
  const pages = groups.flatMap(({ entries }) => entries).filter(({ key }) => key !== null);
  return (
    <DataTable
      caption="Keys"
      hideCaption
      columns={[{ head: 'Key' }, { head: 'What it does' }]}
      rows={[
        [<kbd>/</kbd>, 'Search'],
        [<kbd>?</kbd>, 'Show the keys'],
        [<kbd>Esc</kbd>, 'Close what is open'],
        ...pages.map(({ key, text }) => [
          <>
            <kbd>g</kbd> <kbd>{key}</kbd>
          </>,
          text,
        ]),
      ]}
    />
  );
}
