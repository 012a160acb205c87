// The bar above what is stuck: each choice is a part of the address.
import { readChoices } from '../../../services/reports/read-choices.ts';
import { title, titleOf } from '../../diagram/words.ts';
import { Choice } from '../../parts/form.tsx';
import type { OwnVisit } from '../../route.ts';
import { causeWords } from '../../stuck-words.ts';
import { ages, type StuckView } from './view.ts';

export type Options = readonly (readonly [value: string, text: string])[];

export async function Filters({ visit, view }: { visit: OwnVisit; view: StuckView }) {
  const { conditions: of } = view;
  const choices = await choicesOf(visit);
  return (
    <form method="get" action="/stuck" class="bar lists" data-at-once>
      <Choice name="cause" label="Cause" value={of.cause ?? ''} options={[any, ...Object.entries(causeWords)]} />
      {of.owner === undefined ? null : <input type="hidden" name="owner" value={of.owner} />}
      <Choice
        name="state"
        label="State"
        value={of.state ?? ''}
        options={[any, ...withChosen(statesOf(visit), of.state)]}
      />
      <Choice
        name="connection"
        label="Connection"
        value={of.connection ?? ''}
        options={[any, ...withChosen(named(choices.connections), of.connection)]}
      />
      <Choice
        name="region"
        label="Region"
        value={of.region ?? ''}
        options={[any, ...withChosen(named(choices.regions), of.region)]}
      />
      <Choice
        name="unit"
        label="Business unit"
        value={of.businessUnit ?? ''}
        options={[any, ...withChosen(named(choices.units), of.businessUnit)]}
      />
      <Choice
        name="age"
        label="Age"
        value={of.ageMinMs === undefined ? '' : String(of.ageMinMs / 60_000)}
        options={[['', 'any age'], ...Object.entries(ages)]}
      />
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

export const any = ['', 'all'] as const;

export const named = (names: readonly string[]): Options => names.map((one) => [one, one] as const);

/** What was asked for is among the choices, known or not. */
export const withChosen = (options: Options, chosen: string | undefined): Options =>
  chosen === undefined || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];

/** What there is to choose from changes seldom, and is the same for everybody. */
export const choicesOf = ({ desk }: OwnVisit) => desk.remembered('choices of lists', () => readChoices(desk.context));

/** Every state and every room of states of the released machines: "Application › Screening › Invited". */
export function statesOf({ desk }: OwnVisit): Options {
  const found = new Map<string, string>();
  for (const machine of desk.context.machines.all())
    for (const leaf of machine.leaves.keys()) {
      const parts = leaf.split('.');
      // The room around all the others says nothing.
      for (let depth = parts.length > 1 ? 2 : 1; depth <= parts.length; depth += 1) {
        const path = parts.slice(0, depth).join('.');
        const words = parts.slice(parts.length > 1 ? 1 : 0, depth).map(titleOf);
        if (path !== 'none' && !found.has(path)) found.set(path, [title(machine.name), ...words].join(' › '));
      }
    }
  return [...found].sort(([, a], [, b]) => (a < b ? -1 : 1));
}
