// /waves/:connection: one connection's phase, its gates with figure and bound, what is missing in words, and what may be done.
import { readChoices } from '../../../services/reports/read-choices.ts';
import { readWaves, type WaveView } from '../../../services/waves/read-waves.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Explained } from '../../parts/explained.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { type RefusedWave, WaveActs } from './forms.tsx';
import { gateFigure, gateTitle, missingWords, PhaseChip, phaseMeaning, pilotWords } from './words.tsx';

export async function wavePage(visit: OwnVisit): Promise<Response> {
  return showWave(visit, visit.request.req.param('connection') ?? '', null);
}

const sayings: Readonly<Record<string, string>> = {
  shadow: 'It is only watched from now on. Nothing is written to it.',
  pilot: 'The pilot has begun: it is written to for those, and the rest is only watched.',
  live: 'It is live: what happens from now on is written for all.',
  hold: 'Writing is held. What waits keeps its order until somebody lets it go on.',
  resume: 'Writing goes on, in order. The next look at the gates judges anew.',
};

export async function showWave(visit: OwnVisit, connection: string, refused: RefusedWave | null): Promise<Response> {
  const { context } = visit.desk;
  const wave = (await readWaves(context)).find((one) => one.connection === connection);
  if (!wave) return notFoundPage(visit);
  const now = context.now();
  const said = sayings[visit.request.req.query('said') ?? ''];
  return page(
    visit,
    { title: `${connection} in waves`, status: refused === null ? 200 : 422 },
    <p>
      <a href="/waves">‹ Waves</a>
    </p>,
    <h1>{connection}</h1>,
    <p class="lead">
      <PhaseChip wave={wave} /> {phaseMeaning[wave.within]}{' '}
      {wave.since === null ? (
        'It was never in waves.'
      ) : (
        <>
          Since <When at={wave.since} now={now} />.
        </>
      )}
    </p>,
    refused === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    refused === null ? null : <Notice tone="bad">{refused.fault}</Notice>,
    wave.within === 'pilot' ? <p>The pilot is about {pilotWords(wave)}.</p> : null,
    wave.held === null ? null : (
      <Notice tone="bad">
        Writing was stopped <When at={wave.held.at} now={now} />: {wave.held.detail}.{' '}
        <a href={`/incidents?kind=wave_held`}>The incident</a>
      </Notice>
    ),
    <Ahead wave={wave} />,
    isOperator(visit.who) ? (
      <WaveActs visit={visit} wave={wave} choices={await readChoices(context)} refused={refused} />
    ) : null,
    <Shadows wave={wave} />,
    <p>
      What it sends, takes and refuses: <a href={`/connections/${connection}`}>the connection itself</a>.
    </p>,
  );
}

function Ahead({ wave: { next, gates, within } }: { wave: WaveView }) {
  if (next === null) return null;
  const open = gates.filter((gate) => !gate.passed);
  return (
    <section>
      <h2>Before {next === 'pilot' ? 'the pilot' : 'it goes live'}</h2>
      {open.length === 0 ? (
        <p>All gates are passed: nothing is missing.</p>
      ) : (
        <>
          <p>Still missing:</p>
          <ul>
            {open.map((gate) => (
              <li>{missingWords(gate, within)}</li>
            ))}
          </ul>
        </>
      )}
      <DataTable
        caption="Gates"
        hideCaption
        columns={[
          { head: 'Gate' },
          { head: 'State' },
          { head: 'Now', numeric: true },
          { head: 'Asked', numeric: true },
        ]}
        rows={gates.map((gate) => [
          <Explained id={`gate-${gate.name}`} meaning={gateTitle(gate).meaning}>
            {gateTitle(gate).title}
          </Explained>,
          <Chip tone={gate.passed ? 'good' : 'warn'}>{gate.passed ? 'passed' : 'not yet'}</Chip>,
          gateFigure(gate, gate.found),
          `${gate.bound === 'at_least' ? 'at least' : 'at most'} ${gateFigure(gate, gate.demanded)}`,
        ])}
      />
    </section>
  );
}

/** What people did with what would have been written. */
function Shadows({ wave }: { wave: WaveView }) {
  if (wave.within === 'live') return null;
  const title = 'What would have been written, and what people did';
  return (
    <section>
      <h2>{title}</h2>
      {wave.shadows.length === 0 ? (
        <EmptyState>Nothing would have been written yet: no candidate has moved since the phase began.</EmptyState>
      ) : (
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
      )}
    </section>
  );
}
