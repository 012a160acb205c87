// What pages count of machines and the dictionary, counted from the definitions on record and the files as they lie there, by nothing of ours.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Ledger, Row } from './ledger.ts';

const folder = join(import.meta.dirname, '..', '..', '..');
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

export function definitionFigures(ledger: Ledger): Record<string, number> {
  return { ...signatures(ledger), ...dictionary(ledger), ...differences(ledger) };
}

/** Parties that have to sign, and did sign this very content. */
function signatures({ approval, machine_version: machines, dictionary_version: dictionaries }: Ledger) {
  const signers = JSON.parse(read('machines', 'signers.json')) as Record<string, string[]>;
  const figures: Record<string, number> = {};
  const note = (kind: string, name: string, { version, hash }: Row): void => {
    const required = signers[name] ?? signers.default ?? [];
    const own = approval.filter((row) => row.kind === kind && row.name === name && row.hash === hash);
    const signed = required.filter((party) => own.some((row) => row.role === party && row.decision === 'approved'));
    figures[`signatures.${name}.${version}`] = signed.length;
  };
  for (const row of machines) note('machine', row.machine, row);
  for (const row of dictionaries) note('dictionary', 'dictionary', row);
  return figures;
}

interface SystemFile {
  system: string;
  receives?: { elements: string[] }[];
}

/** Of the YAML files: how much there is, to how many systems each element may be sent; of the rows: what nobody has mapped. */
function dictionary({ unknown_field: unknown }: Ledger): Record<string, number> {
  const elements = Object.keys((parse(read('dictionary', 'elements.yaml')) as { elements: object }).elements);
  const events = Object.keys((parse(read('dictionary', 'events.yaml')) as { events: object }).events);
  const systems = readdirSync(join(folder, 'dictionary', 'systems'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(read('dictionary', 'systems', file)) as SystemFile);
  const figures: Record<string, number> = {
    'dictionary.elements': elements.length,
    'dictionary.events': events.length,
    'dictionary.systems': systems.length,
  };
  for (const name of elements)
    figures[`dictionary.sent.${name}`] = systems.filter(({ receives = [] }) =>
      receives.some((one) => one.elements.some((wanted) => stands(wanted, name))),
    ).length;
  for (const row of unknown) {
    const name = `dictionary.unmapped.${row.connection_id}`;
    figures[name] = (figures[name] ?? 0) + 1;
  }
  return figures;
}

/** `offer.*` stands for all that begin so. */
const stands = (wanted: string, name: string): boolean =>
  wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -1)) : wanted === name;

/** States and transitions of the application's second version against its first. */
function differences({ machine_version: versions }: Ledger): Record<string, number> {
  const written = [1, 2].map((version) => {
    const row = versions.find((one) => one.machine === 'application' && one.version === version);
    return writtenIn(row?.definition, row?.definition.states, '');
  });
  const [before, after] = written as [Written, Written];
  const figures: Record<string, number> = {};
  for (const what of ['states', 'transitions'] as const) {
    const [old, fresh] = [before[what], after[what]];
    figures[`diff.${what}.added`] = [...fresh.keys()].filter((key) => !old.has(key)).length;
    figures[`diff.${what}.removed`] = [...old.keys()].filter((key) => !fresh.has(key)).length;
    figures[`diff.${what}.changed`] = [...fresh].filter(([key, text]) => old.has(key) && old.get(key) !== text).length;
  }
  return figures;
}

interface Written {
  states: Map<string, string>;
  transitions: Map<string, string>;
}

/** Every state but for what lies in it, and every way out of one by where it begins, its event and its guard. */
function writtenIn(machine: Row, states: Row, parent: string): Written {
  const found: Written = { states: new Map(), transitions: new Map() };
  for (const [key, { on = {}, states: inside, ...own }] of Object.entries<Row>(states)) {
    const path = `${parent}${key}`;
    found.states.set(path, JSON.stringify(sorted(own)));
    for (const [event, ways] of Object.entries<Row>(on))
      for (const { guard, target, ...way } of [ways].flat()) {
        const to = target.startsWith('#') ? target.replace(`#${machine.id}.`, '') : `${parent}${target}`;
        const { causedBy, requires, ...meta } = way.meta;
        const whole = { ...way, to, meta: { ...meta, causedBy: [...causedBy].sort(), requires: [...requires].sort() } };
        found.transitions.set(
          `${path} ${event} ${JSON.stringify(sorted(guard ?? null))}`,
          JSON.stringify(sorted(whole)),
        );
      }
    if (!inside) continue;
    const within = writtenIn(machine, inside, `${path}.`);
    for (const [name, text] of within.states) found.states.set(name, text);
    for (const [name, text] of within.transitions) found.transitions.set(name, text);
  }
  return found;
}

/** Members in one order, whatever order the database gives them in. */
function sorted(value: Row): Row {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
