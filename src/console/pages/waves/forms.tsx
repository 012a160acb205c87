// What may be done about a connection's wave, as forms: begin a phase, choose whom a pilot is about, hold, let go on; each asks why.
import type { Phase } from '../../../core/deciding/gates.ts';
import type { Choices } from '../../../services/reports/read-choices.ts';
import type { WaveView } from '../../../services/waves/read-waves.ts';
import { ActForm } from '../../parts/act-form.tsx';
import { Tick } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { ScopeFields } from './scope.tsx';

/** What was refused, shown with its form opened as it was sent. */
export interface RefusedWave {
  /** The form's: a phase, `hold` or `resume`. */
  form: string;
  fault: string;
  fields: Readonly<Record<string, string>>;
}

export interface WaveActsProps {
  visit: OwnVisit;
  wave: WaveView;
  choices: Choices;
  refused: RefusedWave | null;
}

interface Move {
  to: Phase;
  label: string;
  meaning: string;
  /** Asks whom the pilot is about. */
  scope?: boolean;
  /** Leads through gates. */
  forward?: boolean;
}

const again = 'The phase begins anew, and so does what is counted for its gates.';

const moves: Readonly<Record<Phase, readonly Move[]>> = {
  shadow: [
    {
      to: 'pilot',
      label: 'Begin the pilot',
      meaning: 'From now on it is written to for those whom you choose; everybody else is only watched.',
      scope: true,
      forward: true,
    },
  ],
  pilot: [
    { to: 'live', label: 'Go live', meaning: 'From now on it is written to for all.', forward: true },
    {
      to: 'pilot',
      label: 'Change whom the pilot is about',
      meaning: `Whom you take out is only watched from now on. ${again}`,
      scope: true,
    },
    {
      to: 'shadow',
      label: 'Back to watching',
      meaning: `Nothing is written any more. Writes that have not ended must end first, or be waived. ${again}`,
    },
  ],
  live: [
    {
      to: 'pilot',
      label: 'Back to a pilot',
      meaning: `From now on it is written to for those whom you choose alone. ${again}`,
      scope: true,
    },
    {
      to: 'shadow',
      label: 'Watch it only',
      meaning: `Nothing is written any more; what would have been is compared with what people do. Writes that have not ended must end first, or be waived.`,
    },
  ],
};

export function WaveActs(props: WaveActsProps) {
  const { visit, wave, refused } = props;
  const place = `/waves/${wave.connection}`;
  const wasRefused = (form: string) => (refused?.form === form ? { reason: refused.fields.reason ?? '' } : null);
  const hold = wave.held === null ? 'hold' : 'resume';
  const mayHold = wave.since !== null && (wave.within !== 'shadow' || wave.held !== null);
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">What can be done</h2>
      <div class="acts">
        {moves[wave.within].map((move) => (
          <ActForm
            id={move.to}
            label={move.label}
            action={`${place}/phase`}
            who={visit.who}
            fields={{ to: move.to, ...asShown(wave) }}
            meaning={move.meaning}
            first={move.forward === true && wave.gates.every((gate) => gate.passed)}
            refused={wasRefused(move.to)}
          >
            {move.scope ? <ScopeFields {...props} form={move.to} /> : null}
            {move.forward ? <ForwardTicks {...props} /> : null}
          </ActForm>
        ))}
        {mayHold ? (
          <ActForm
            id={hold}
            label={hold === 'hold' ? 'Hold writing' : 'Let writing go on'}
            action={`${place}/${hold}`}
            who={visit.who}
            fields={asShown(wave)}
            meaning={
              hold === 'hold'
                ? 'Writes wait from now on, in their order; an incident says so. What is on its way ends by itself.'
                : 'What waits is written, in its order. Whether what stopped it is over is for you to say.'
            }
            refused={wasRefused(hold)}
          />
        ) : null}
      </div>
    </section>
  );
}

/** The moment that is decided on: what was changed since is not written over. */
const asShown = ({ since, held }: WaveView) => ({ since: since ?? '', held: held?.at ?? '' });

/** Gates are passed over by admins alone, and that stands in the audit log. */
function ForwardTicks({ visit, wave, refused }: WaveActsProps) {
  const open = wave.gates.some((gate) => !gate.passed);
  return (
    <>
      <input type="hidden" name="asked" value="catchUp" />
      <Tick name="catchUp" checked={refused?.fields.catchUp === 'on' || (refused === null && wave.catchUp)}>
        What differs since it was watched is put right as well
      </Tick>
      {open && visit.who.roles.includes('admin') ? (
        <Tick name="override" checked={refused?.fields.override === 'on'}>
          I take it upon me: a gate is not passed
        </Tick>
      ) : null}
      {open && !visit.who.roles.includes('admin') ? (
        <p class="hint">A gate is not passed, so this is refused. An admin may take it upon her.</p>
      ) : null}
    </>
  );
}
