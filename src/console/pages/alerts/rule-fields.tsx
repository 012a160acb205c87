// The fields of a rule: each kind of condition has some of them, all have the same terms.
import { alertCauses, type Watched } from '../../../core/alerts/alert.ts';
import { machineNames } from '../../../core/machine/definition.ts';
import { ownersOf } from '../../../services/alerts/manage-alert-rules.ts';
import { Choice } from '../../parts/form.tsx';
import type { OwnVisit } from '../../route.ts';
import { sentence } from '../../words.ts';
import type { RuleDraft } from './rule.tsx';

/** In the order of the page. Shares are typed in per cent. */
export const fieldsOf: Record<Watched, readonly string[]> = {
  stuck: ['cause', 'machine', 'state', 'owner', 'connection', 'olderThanMinutes', 'atLeast'],
  confirmed_rate: ['connection', 'windowMinutes', 'volumeMin', 'below'],
  latency_p95: ['connection', 'windowMinutes', 'volumeMin', 'aboveSeconds'],
  circuit_open: ['connection'],
  dead_letters: ['connection', 'atLeast'],
  seal_lag: ['aboveSeconds'],
  quarantined: ['connection', 'atLeast'],
  agreement: ['connection', 'pairsMin', 'below'],
};
export const numbers = [
  'olderThanMinutes',
  'atLeast',
  'windowMinutes',
  'volumeMin',
  'aboveSeconds',
  'pairsMin',
  'below',
];
export const termNumbers = ['forMinutes', 'calmMinutes', 'repeatAfterMinutes'] as const;

const labels: Readonly<Record<string, readonly [label: string, hint?: string]>> = {
  connection: ['Connection', 'Its name; empty: every connection'],
  state: ['State', 'Such as active.offer, with all that is within it; needs a machine'],
  olderThanMinutes: ['Stuck for at least, minutes'],
  atLeast: ['Told from so many on'],
  windowMinutes: ['Of the last minutes'],
  volumeMin: ['Only from so many writebacks on'],
  pairsMin: ['Only from so many subjects on'],
  below: ['Told below, per cent'],
  aboveSeconds: ['Told above, seconds'],
  forMinutes: ['Told when it has lasted, minutes'],
  calmMinutes: ['Over when it has been well for, minutes'],
  repeatAfterMinutes: ['Told again after, minutes'],
};

export function ConditionFields({ visit, rule }: { visit: OwnVisit; rule: RuleDraft }) {
  const values = rule.condition as unknown as Readonly<Record<string, string | number | undefined>>;
  const choices: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    cause: [['', 'Any cause'], ...alertCauses.map((one) => [one, sentence(one)] as const)],
    machine: [['', 'Any machine'], ...machineNames.map((one) => [one, sentence(one)] as const)],
    owner: [['', 'Anybody'], ...ownersOf(visit.desk.context).map((one) => [one, one] as const)],
  };
  return (
    <>
      {rule.fresh ? (
        <Typed
          name="id"
          label="Name"
          value={rule.id}
          hint="Lower-case letters, digits and hyphens, such as late-offers"
        />
      ) : (
        <input type="hidden" name="id" value={rule.id} />
      )}
      {fieldsOf[rule.condition.watches].map((name) => {
        const value = values[name];
        const options = choices[name];
        const [label = name, hint] = labels[name] ?? [];
        if (options) return <Choice name={name} label={sentence(name)} value={String(value ?? '')} options={options} />;
        const shown = name === 'below' && typeof value === 'number' ? Math.round(value * 1_000) / 10 : (value ?? '');
        return <Typed name={name} label={label} value={String(shown)} hint={hint} optional={!numbers.includes(name)} />;
      })}
    </>
  );
}

export function TermsFields({ rule, channels }: { rule: RuleDraft; channels: readonly string[] }) {
  const { terms } = rule;
  return (
    <>
      {termNumbers.map((name) => (
        <Typed name={name} label={labels[name]?.[0] ?? name} value={String(terms[name])} />
      ))}
      <Choice
        name="severity"
        label="How grave"
        value={terms.severity}
        options={[
          ['warning', 'Warning'],
          ['critical', 'Critical'],
        ]}
      />
      <fieldset class="field">
        <legend>Told over</legend>
        <Tick name="channel-all" label="All channels, those to come too" on={terms.channels === 'all'} />
        {channels.map((one) => (
          <Tick name={`channel-${one}-`} label={one} on={terms.channels !== 'all' && terms.channels.includes(one)} />
        ))}
      </fieldset>
      <Tick name="enabled" label="The rule is on" on={rule.enabled} />
    </>
  );
}

function Typed(props: { name: string; label: string; value: string; hint?: string | undefined; optional?: boolean }) {
  const { name, label, value, hint, optional = false } = props;
  return (
    <div class="field">
      <label for={`rule-${name}`}>{label}</label>
      <input
        id={`rule-${name}`}
        name={name}
        type="text"
        autocomplete="off"
        value={value}
        required={!optional}
        inputmode={numbers.includes(name) || name.endsWith('Minutes') ? 'decimal' : undefined}
        aria-describedby={hint === undefined ? undefined : `rule-${name}-hint`}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`rule-${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function Tick({ name, label, on }: { name: string; label: string; on: boolean }) {
  return (
    <div class="tick">
      <input id={`rule-${name}`} name={name} type="checkbox" value="on" checked={on} />
      <label for={`rule-${name}`}>{label}</label>
    </div>
  );
}
