// What fires now, in one line each: on the overview even where nobody set up a channel.
import type { AlertView } from '../../services/alerts/read-alerts.ts';
import { plural } from '../words.ts';
import { Figure } from './figure.tsx';

const shown = 3;

export function FiringAlerts({ alerts }: { alerts: readonly AlertView[] }) {
  if (alerts.length === 0) return null;
  const critical = alerts.some(({ severity }) => severity === 'critical');
  return (
    <section class={`notice ${critical ? 'bad' : ''}`} aria-label="Alerts">
      <a href="/alerts">
        <Figure of="alerts.firing" value={alerts.length}>
          {plural(alerts.length, 'alert')}
        </Figure>
      </a>
      <ul class="readings">
        {alerts.slice(0, shown).map(({ text }) => (
          <li>{text.replace(/^Alert: /, '')}</li>
        ))}
      </ul>
    </section>
  );
}
