// Both values of a field conflict beside each other: who said which, when, by which rule, and the choice between them.
import type { ConflictValues as Values } from '../../../services/reports/read-conflicts.ts';
import type { IncidentReport } from '../../../store/reports/incidents.ts';
import { ActForm } from '../../parts/act-form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { sentence } from '../../words.ts';
import { sourceOf } from './words.ts';

interface Props {
  visit: OwnVisit;
  incident: IncidentReport;
  /** Undefined when the visitor may not see them, or nothing is left of them. */
  values: Values | undefined;
  mayRead: boolean;
}

const rules: Readonly<Record<string, string>> = {
  golden_source_wins: 'the word of one system counts',
  first_wins: 'the first value counts',
  latest_wins: 'the latest value counts',
  manual: 'a person decides',
};

export function ConflictValues({ visit, incident, values, mayRead }: Props) {
  const { detail, element } = incident;
  const rule = typeof detail.rule === 'string' ? detail.rule : '';
  const golden = typeof detail.goldenSource === 'string' ? ` (${detail.goldenSource})` : '';
  const open = incident.settled_at === null;
  return (
    <section aria-labelledby="values">
      <h2 id="values">{element}</h2>
      <p>
        The rule of this element: {rules[rule] ?? sentence(rule)}
        {golden}.
      </p>
      {mayRead ? null : <Notice>Your role may not see the values themselves.</Notice>}
      {mayRead && !values ? <Notice>Nothing is left of the values: the person was erased.</Notice> : null}
      <div class="two-values">
        <Side visit={visit} title="Holds now" said={detail.ours} value={values?.now} known={values !== undefined} />
        <Side
          visit={visit}
          title="Was written against the rule"
          said={detail.theirs}
          value={values?.theirs}
          known={values !== undefined}
        />
      </div>
      {open && isOperator(visit.who) && values ? <Choices visit={visit} incident={incident} /> : null}
    </section>
  );
}

interface SideProps {
  visit: OwnVisit;
  title: string;
  said: unknown;
  value: unknown;
  known: boolean;
}

function Side({ visit, title, said, value, known }: SideProps) {
  const at = (said as { at?: unknown } | null | undefined)?.at;
  return (
    <section>
      <h3>{title}</h3>
      {known ? <span class="value">{typeof value === 'string' ? value : JSON.stringify(value)}</span> : null}
      <p class="more">
        Said by {sourceOf(said)} {typeof at === 'string' ? <When at={at} now={visit.desk.context.now()} /> : null}
      </p>
    </section>
  );
}

function Choices({ visit, incident }: Pick<Props, 'visit' | 'incident'>) {
  const shared = { action: `/incidents/${incident.id}/choose`, who: visit.who };
  const goes = 'It holds from now on, and goes to every system that shows the element.';
  return (
    <div class="acts">
      <ActForm
        {...shared}
        id="ours"
        label={`Keep what ${sourceOf(incident.detail.ours)} said`}
        fields={{ choice: 'ours' }}
        meaning={goes}
      />
      <ActForm
        {...shared}
        id="theirs"
        label={`Take what ${sourceOf(incident.detail.theirs)} said`}
        fields={{ choice: 'theirs' }}
        meaning={goes}
      />
      <ActForm {...shared} id="other" label="A third value" fields={{ choice: 'other' }} meaning={goes}>
        <div class="field">
          <label for="other-value">The value</label>
          <input id="other-value" name="value" type="text" maxlength={2_000} required autocomplete="off" />
          <p class="hint">As the dictionary has it: a date as 2027-03-01, a number as 52000, a text as it is.</p>
        </div>
      </ActForm>
    </div>
  );
}
