// The way around: the pages of the table that this person may see, the most used ones at once, the others in a few menus.
import type { Route } from './route.ts';

interface Entry {
  path: string;
  text: string;
  /** Pressed after g. */
  key: string | null;
}

/** Pages at the top, then menus, in this order. A page that is in none of them is in the last menu. */
const groups: readonly (readonly [title: string | null, paths: readonly string[]])[] = [
  [null, ['/', '/overview', '/stuck']],
  ['Work', ['/writebacks', '/incidents', '/agreement', '/acts', '/alerts']],
  ['Look up', ['/applications', '/subjects', '/events', '/reports']],
  ['Definitions', ['/machines', '/dictionary']],
  ['Running', ['/connections', '/waves', '/imports', '/audit', '/access', '/readiness']],
];

const keys: Readonly<Record<string, string>> = {
  '/': 'h',
  '/overview': 'o',
  '/stuck': 's',
  '/writebacks': 'w',
  '/incidents': 'i',
  '/agreement': 'g',
  '/acts': 't',
  '/alerts': 'l',
  '/applications': 'a',
  '/events': 'e',
  '/reports': 'r',
  '/machines': 'm',
  '/dictionary': 'd',
  '/connections': 'c',
  '/waves': 'v',
  '/imports': 'p',
  '/audit': 'u',
  '/access': 'x',
  '/readiness': 'y',
};

export interface Group {
  /** Null: beside the others, in no menu. */
  title: string | null;
  entries: Entry[];
}

/** What these roles may see, grouped; a menu of one is no menu. */
export function navigation(routes: readonly Route[], roles: readonly string[]): Group[] {
  const left = new Map(
    routes.flatMap((route) =>
      route.roles !== 'public' && route.nav !== undefined && route.roles.some((role) => roles.includes(role))
        ? [[route.path, { path: route.path, text: route.nav, key: keys[route.path] ?? null }] as const]
        : [],
    ),
  );
  const take = (path: string): Entry[] => {
    const entry = left.get(path);
    left.delete(path);
    return entry ? [entry] : [];
  };
  const found = groups.map(([title, paths]) => ({ title, entries: paths.flatMap(take) }));
  found.at(-1)?.entries.push(...left.values());
  return found
    .filter(({ entries }) => entries.length > 0)
    .map((group) => (group.entries.length === 1 ? { ...group, title: null } : group));
}

export function Navigation({ groups: shown, here }: { groups: readonly Group[]; here: string }) {
  return (
    <nav aria-label="Main">
      <ul>
        {shown.map(({ title, entries }) =>
          title === null ? (
            entries.map((entry) => <Item entry={entry} here={here} />)
          ) : (
            <li>
              <details class="menu" name="menu">
                <summary class={entries.some(({ path }) => isHere(path, here)) ? 'here' : ''}>
                  {title}
                  <Inside entries={entries} here={here} />
                </summary>
                <ul>
                  {entries.map((entry) => (
                    <Item entry={entry} here={here} />
                  ))}
                </ul>
              </details>
            </li>
          ),
        )}
      </ul>
    </nav>
  );
}

function Item({ entry: { path, text, key }, here }: { entry: Entry; here: string }) {
  return (
    <li>
      <a
        href={path}
        aria-current={isHere(path, here) ? 'page' : undefined}
        data-key={key ?? undefined}
        data-search={path === '/applications' ? '' : undefined}
      >
        {text}
      </a>
    </li>
  );
}

/** The page of a closed menu that this is. */
function Inside({ entries, here }: { entries: readonly Entry[]; here: string }) {
  const entry = entries.find(({ path }) => isHere(path, here));
  return entry ? <span class="inside">{entry.text}</span> : null;
}

/** The picture of a version is a view of the home; what is said about versions lies below /machines too. */
const isPicture = (here: string): boolean => /^\/machines\/[^/]+(\/[^/]+(\/list)?)?$/.test(here);

const isHere = (path: string, here: string): boolean => {
  if (path === '/') return here === '/' || isPicture(here);
  return here === path || (here.startsWith(`${path}/`) && !(path === '/machines' && isPicture(here)));
};
