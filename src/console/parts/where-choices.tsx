// The choices that every list of subjects shares: where they stand, in which system, region and business unit.
import { readChoices } from '../../services/reports/read-choices.ts';
import { title, titleOf } from '../diagram/words.ts';
import type { OwnVisit } from '../route.ts';
import { Choice } from './form.tsx';

type Options = readonly (readonly [value: string, text: string])[];

/** What of it was asked for. */
export interface Where {
  state?: string | undefined;
  connection?: string | undefined;
  region?: string | undefined;
  businessUnit?: string | undefined;
}

export async function WhereChoices({ visit, chosen }: { visit: OwnVisit; chosen: Where }) {
  const { connections, regions, units } = await choicesOf(visit);
  return (
    <>
      <OneOf name="state" label="State" options={statesOf(visit)} chosen={chosen.state} />
      <OneOf name="connection" label="Connection" options={named(connections)} chosen={chosen.connection} />
      <OneOf name="region" label="Region" options={named(regions)} chosen={chosen.region} />
      <OneOf name="unit" label="Business unit" options={named(units)} chosen={chosen.businessUnit} />
    </>
  );
}

interface OneOfProps {
  name: string;
  label: string;
  options: Options;
  chosen: string | undefined;
}

function OneOf({ name, label, options, chosen }: OneOfProps) {
  return <Choice name={name} label={label} value={chosen ?? ''} options={[anyOf, ...withChosen(options, chosen)]} />;
}

/** The choice of not choosing. */
export const anyOf = ['', 'all'] as const;

const named = (names: readonly string[]): Options => names.map((one) => [one, one] as const);

/** What was asked for is among the choices, known or not. */
const withChosen = (options: Options, chosen: string | undefined): Options =>
  chosen === undefined || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];

/** What there is to choose from changes seldom, and is the same for everybody. */
const choicesOf = ({ desk }: OwnVisit) => desk.remembered('choices of lists', () => readChoices(desk.context));

/** Every state and every room of states of the released machines: "Application › Screening › Invited". */
function statesOf({ desk }: OwnVisit): Options {
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
