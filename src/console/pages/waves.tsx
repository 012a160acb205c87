// /waves: how far each connection has come from being watched to being written to, and what stands before its next phase.
import type { Child } from 'hono/jsx';
import { type Gate, gateWords } from '../../core/gates.ts';
import { readWaves, type WaveView } from '../../services/waves/read-waves.ts';
import { page } from '../frame.tsx';
import { Chip } from '../parts/chip.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { count, none, percent } from '../words.ts';

export async function wavesPage(visit: OwnVisit): Promise<Response> {
  const { context, remembered } = visit.desk;
  const waves = await remembered('waves', () => readWaves(context));
  const watched = waves.filter((one) => one.shadows.length > 0);
  return page(
    visit,
    { title: 'Waves', wide: true },
    <h1>Waves</h1>,
    <p class="lead">
      A new connection is watched first (shadow), then written to for some (pilot), then for all (live). It moves on
      only through its gates, with “interlock wave advance” or POST /v1/waves/…/phase. When writing falls short it is
      held.
    </p>,
    <DataTable
      caption="Connections and their phases"
      hideCaption
      columns={columns}
      rows={waves.map((one) => cells(one, context.now()))}
      empty="No system is connected yet. Add one with “interlock connection add”."
    />,
    ...watched.map((one) => <Shadows wave={one} />),
  );
}

const columns = [
  { head: 'Connection' },
  { head: 'Phase' },
  { head: 'Since' },
  { head: 'Pilot', meaning: 'Whom the pilot is about; all others are only watched' },
  {
    head: 'Counted',
    numeric: true,
    meaning: 'Watched: what was compared. Written to: writes that ended, in this phase',
  },
  { head: 'Differs', numeric: true, meaning: 'Of the subjects that were read there: how many show something else' },
  { head: 'Before the next phase', meaning: 'Gates that are not passed yet: what was found, and what is demanded' },
];

const cells = (wave: WaveView, now: number): Child[] => [
  <a href={`/connections/${wave.connection}`}>{wave.connection}</a>,
  <Phase wave={wave} />,
  wave.since === null ? <span class="quiet">never in waves</span> : <When at={wave.since} now={now} />,
  pilotWords(wave),
  wave.since === null ? none : count(wave.figures.volume),
  percent(wave.figures.driftShare),
  <Ahead wave={wave} />,
];

const tones = { shadow: 'plain', pilot: 'warn', live: 'good', paused: 'bad' } as const;

function Phase({ wave: { phase, within } }: { wave: WaveView }) {
  return <Chip tone={tones[phase]}>{phase === 'paused' ? `held in ${within}` : phase}</Chip>;
}

function Ahead({ wave }: { wave: WaveView }) {
  const { held, next, gates } = wave;
  if (held)
    return (
      <span>
        Writing was stopped: {held.detail}. <a href={`/incidents?kind=wave_held`}>The incident</a>
      </span>
    );
  if (next === null) return <span class="quiet">nothing: it is live</span>;
  const open = gates.filter((gate) => !gate.passed);
  if (open.length === 0) return <span>{`All gates are passed: ${next} may begin.`}</span>;
  return (
    <ul>
      {open.map((gate: Gate) => (
        <li>{gateWords(gate)}</li>
      ))}
    </ul>
  );
}

/** What people did with what would have been written. */
function Shadows({ wave }: { wave: WaveView }) {
  const title = `What would have been written to ${wave.connection}`;
  return (
    <section>
      <h2>{title}</h2>
      <DataTable
        caption={title}
        hideCaption
        columns={[
          { head: 'Transition' },
          { head: 'To' },
          { head: 'Done by people', numeric: true, meaning: 'The system came to show it, by somebody’s hand' },
          {
            head: 'Not done',
            numeric: true,
            meaning: 'Three days later the system still showed something else, or nothing',
          },
          { head: 'Overtaken', numeric: true, meaning: 'The candidate moved on before anybody could tell' },
          { head: 'Open', numeric: true, meaning: 'Nobody can tell yet' },
        ]}
        rows={wave.shadows.map((row) => [
          <code>{row.event}</code>,
          <code>{row.target}</code>,
          ...[row.matches, row.misses, row.overtaken, row.open].map((figure) => count(figure)),
        ])}
      />
    </section>
  );
}

const pilotWords = ({ within, pilot }: WaveView): string =>
  within === 'pilot'
    ? Object.values(pilot)
        .flatMap((list) => list ?? [])
        .join(', ')
    : none;
