// What can be done about a connection: pause, resume, close its circuit, change its pace; every change asks why.
import type { ConnectionHealth } from '../../../services/connections/read-connection-health.ts';
import { Decide, Reason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';

export const connectionVerbs = ['pause', 'resume', 'close-circuit', 'pace'] as const;
export type ConnectionVerb = (typeof connectionVerbs)[number];

export interface RefusedChange {
  verb: ConnectionVerb;
  fault: string;
  /** What was entered. */
  fields: Readonly<Record<string, string>>;
}

interface ActsProps {
  visit: OwnVisit;
  health: ConnectionHealth;
  refused: RefusedChange | null;
}

export function ConnectionActs({ visit, health, refused }: ActsProps) {
  const { who } = visit;
  const { connection } = health;
  const action = (verb: ConnectionVerb): string => `/connections/${connection.id}/${verb}`;
  const kept = (verb: ConnectionVerb): string => (refused?.verb === verb ? (refused.fields.reason ?? '') : '');
  const status: ConnectionVerb = connection.status === 'paused' ? 'resume' : 'pause';
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">What can be done</h2>
      <Decide action={action(status)} who={who}>
        <Reason
          id={status}
          value={kept(status)}
          label={status === 'pause' ? 'Why nothing may be written' : 'Why it may go on'}
        />
        <button type="submit" class={status === 'pause' ? 'second' : ''}>
          {status === 'pause' ? 'Pause' : 'Resume'}
        </button>
      </Decide>
      {connection.circuit === 'closed' ? null : (
        <Decide action={action('close-circuit')} who={who}>
          <Reason id="close-circuit" value={kept('close-circuit')} label="Why it is well again" />
          <button type="submit">Close the circuit</button>
        </Decide>
      )}
      <Pace action={action('pace')} visit={visit} health={health} refused={refused?.verb === 'pace' ? refused : null} />
    </section>
  );
}

interface PaceProps extends ActsProps {
  action: string;
}

/** Empty fields mean: as the adapter knows. */
function Pace({ action, visit, health, refused }: PaceProps) {
  const { rate, concurrency } = health.connection;
  const value = (name: string, now: string): string => refused?.fields[name] ?? now;
  return (
    <Decide action={action} who={visit.who}>
      <Amount
        name="requests"
        label="Requests"
        value={value('requests', rate ? String(rate.requests) : '')}
        max={1_000_000}
      />
      <Amount
        name="perMs"
        label="in so many ms"
        value={value('perMs', rate ? String(rate.perMs) : '')}
        max={86_400_000}
      />
      <Amount name="concurrency" label="Writes at once" value={value('concurrency', String(concurrency))} max={64} />
      <Reason id="pace" value={refused?.fields.reason ?? ''} label="Why the pace changes" />
      <button type="submit" class="second">
        Change the pace
      </button>
    </Decide>
  );
}

interface AmountProps {
  name: string;
  label: string;
  value: string;
  max: number;
}

function Amount({ name, label, value, max }: AmountProps) {
  return (
    <div class="field short">
      <label for={`pace-${name}`}>{label}</label>
      <input
        id={`pace-${name}`}
        name={name}
        type="number"
        min={1}
        max={max}
        value={value}
        placeholder="as the adapter knows"
      />
    </div>
  );
}
