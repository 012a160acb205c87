// The bar above what is stuck: each choice is a part of the address.
import { Choice } from '../../parts/form.tsx';
import { anyOf, WhereChoices } from '../../parts/where-choices.tsx';
import type { OwnVisit } from '../../route.ts';
import { causeWords } from '../../stuck-words.ts';
import { ages, type StuckView } from './view.ts';

export function Filters({ visit, view }: { visit: OwnVisit; view: StuckView }) {
  const { conditions: of } = view;
  return (
    <form method="get" action="/stuck" class="bar lists" data-at-once>
      <Choice name="cause" label="Cause" value={of.cause ?? ''} options={[anyOf, ...Object.entries(causeWords)]} />
      {of.owner === undefined ? null : <input type="hidden" name="owner" value={of.owner} />}
      <WhereChoices visit={visit} chosen={of} />
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
