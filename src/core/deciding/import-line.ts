// One line of an import, read and checked: which subject, where it stands since when, and what is known of it. Names rules, never values.
import type { Dictionary } from '../dictionary/dictionary.ts';
import type { ElementDefinition } from '../dictionary/document.ts';
import { limits } from '../limits.ts';
import type { CompiledMachine } from '../machine/machine.ts';
import { mayBeImported } from './imported.ts';

/** Columns that are no elements. */
export const importColumns = ['id', 'state', 'since', 'previous_state', 'requisition', 'profile'] as const;

export interface ImportTerms {
  machine: CompiledMachine;
  dictionary: Dictionary;
  /** Words of the file for our states: `Phone screen` → `active.screening.invited`. */
  states: Readonly<Record<string, string>>;
  /** Ms since 1970. */
  now: number;
}

export interface ImportLine {
  ref: string;
  state: string;
  history: string | null;
  /** ISO 8601, UTC: since when it stands there. */
  since: string;
  requisition: string | null;
  profile: string | null;
  data: Record<string, unknown>;
}

/** `rule` is a code; `todo` says what to do, without the value. */
export interface LineFault {
  rule: string;
  todo: string;
}

export type ReadLine = { ok: true; line: ImportLine } | { ok: false; faults: LineFault[] };

/** Columns that nobody knows: nothing of a file with such is taken. */
export const unknownColumns = (names: readonly string[], dictionary: Dictionary): string[] =>
  names.filter((name) => !(importColumns as readonly string[]).includes(name) && !dictionary.element(name));

/** `cells`: by column; texts of a CSV file, or values of a JSON object. */
export function readImportLine(cells: Readonly<Record<string, unknown>>, terms: ImportTerms): ReadLine {
  const faults: LineFault[] = [];
  const blame = (rule: string, todo: string): null => {
    faults.push({ rule, todo });
    return null;
  };
  const text = (name: string): string | null => textOf(cells[name]);
  const ref = text('id') ?? blame('missing_id', 'give the id that the system has for it in the column "id"');
  const state = stateOf(text('state'), terms, blame, 'state');
  const before = text('previous_state');
  const history = before === null ? null : stateOf(before, terms, blame, 'previous_state');
  const since = sinceOf(text('since'), terms.now, blame);
  for (const name of ['id', 'requisition', 'profile'])
    if ((text(name)?.length ?? 0) > limits.identifierCharsMax)
      blame('id_too_long', `shorten "${name}" to ${limits.identifierCharsMax} characters`);
  const data = elementsOf(cells, terms.dictionary);
  const { problems } = terms.dictionary.validateValues(data);
  for (const { pointer, code, detail } of problems) blame(code, `${pointer.slice(1)}: ${detail}`);
  if (faults.length > 0 || ref === null || state === null || since === null) return { ok: false, faults };
  return {
    ok: true,
    line: { ref, state, history, since, requisition: text('requisition'), profile: text('profile'), data },
  };
}

type Blame = (rule: string, todo: string) => null;

function stateOf(word: string | null, { machine, states }: ImportTerms, blame: Blame, column: string): string | null {
  if (word === null) return blame('missing_state', `say in the column "${column}" where it stands`);
  const state = Object.hasOwn(states, word) ? (states[word] ?? word) : word;
  if (mayBeImported(machine, state, null)) return state;
  const inside = [...machine.leaves.keys()].filter((leaf) => leaf.startsWith(`${state}.`));
  return inside.length > 0
    ? blame('state_not_exact', `say which of ${inside.join(', ')}`)
    : blame(
        'unknown_state',
        `"${column}" must be a state of ${machine.name} v${machine.version}, or a word that --state leads to one`,
      );
}

function sinceOf(text: string | null, now: number, blame: Blame): string | null {
  const todo = 'give "since" as 2026-01-31 or 2026-01-31T09:30:00Z';
  if (text === null) return blame('missing_since', todo);
  const dated = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const at = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(dated) ? Date.parse(dated) : Number.NaN;
  // A calendar has no 31 February, though Date.parse of some engines does.
  if (
    Number.isNaN(at) ||
    at < 0 ||
    !new Date(Date.parse(`${dated.slice(0, 10)}T00:00:00Z`)).toISOString().startsWith(dated.slice(0, 10))
  )
    return blame('not_a_time', todo);
  if (at > now + limits.futureToleranceMs) return blame('in_the_future', '"since" lies ahead of our clock');
  return new Date(at).toISOString();
}

function elementsOf(cells: Readonly<Record<string, unknown>>, dictionary: Dictionary): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, cell] of Object.entries(cells)) {
    if ((importColumns as readonly string[]).includes(name) || cell === '' || cell === null || cell === undefined)
      continue;
    const definition = dictionary.element(name);
    found[name] = definition && typeof cell === 'string' ? asElement(cell, definition) : cell;
  }
  return found;
}

/** A cell of a CSV file as its element wants it; what cannot be read so is left as it is, for the check to name. */
function asElement(cell: string, { type, of }: Pick<ElementDefinition, 'type' | 'of'>): unknown {
  const text = cell.trim();
  if (type === 'list') return text.split(';').map((item) => asElement(item, { type: of ?? 'string' }));
  if (type === 'number' || type === 'integer') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

const textOf = (cell: unknown): string | null => {
  const text = typeof cell === 'string' ? cell.trim() : typeof cell === 'number' ? String(cell) : '';
  return text === '' ? null : text;
};
