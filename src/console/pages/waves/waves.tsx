// /waves: how far each connection has come from being watched to being written to, and what stands before its next phase.
import type { Child } from 'hono/jsx';
import { readWaves, type WaveView } from '../../../services/waves/read-waves.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none, percent } from '../../words.ts';
import { gateFigure, gateTitle, PhaseChip, pilotWords } from './words.tsx';

export async function wavesPage(visit: OwnVisit): Promise<Response> {
  const { context, remembered } = visit.desk;
  const waves = await remembered('waves', () => readWaves(context));
  return page(
    visit,
    { title: 'Waves', wide: true },
    <h1>Waves</h1>,
    <p class="lead">
      A new connection is watched first (shadow), then written to for some (pilot), then for all (live). It moves on
      only through its gates; when writing falls short it is held. Open a connection to move it.
    </p>,
    <DataTable
      caption="Connections and their phases"
      hideCaption
      columns={columns}
      rows={waves.map((one) => cells(one, context.now()))}
      empty="No system is connected yet. Add one with “interlock connection add”, or by POST /v1/connections."
    />,
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
  {
    head: 'Before the next phase',
    meaning: 'Each gate with what was found and what is asked; open a connection for what is missing, in words',
  },
];

const cells = (wave: WaveView, now: number): Child[] => [
  <a href={`/waves/${wave.connection}`} class="one-line">
    {wave.connection}
  </a>,
  <PhaseChip wave={wave} />,
  wave.since === null ? <span class="quiet">never in waves</span> : <When at={wave.since} now={now} />,
  pilotWords(wave),
  wave.since === null ? none : count(wave.figures.volume),
  percent(wave.figures.driftShare),
  <Ahead wave={wave} />,
];

function Ahead({ wave: { held, next, gates } }: { wave: WaveView }) {
  if (held)
    return (
      <div class="cell">
        Writing was stopped: {held.detail}. <a href="/incidents?kind=wave_held">The incident</a>
      </div>
    );
  if (next === null) return <span class="quiet">nothing: it is live</span>;
  return (
    <ul class="plain-list cell">
      {gates.every((gate) => gate.passed) ? <li>{`Nothing is missing: ${next} may begin.`}</li> : null}
      {gates.map((gate) => (
        <li class={gate.passed ? 'quiet' : ''}>
          <span role="img" aria-label={gate.passed ? 'passed' : 'not yet'}>
            {gate.passed ? '✓' : '✗'}
          </span>{' '}
          {gateTitle(gate).title}: {gateFigure(gate, gate.found)} of{' '}
          {gate.bound === 'at_least' ? 'at least' : 'at most'} {gateFigure(gate, gate.demanded)}
        </li>
      ))}
    </ul>
  );
}
