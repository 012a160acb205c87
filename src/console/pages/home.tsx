// The home: the state diagram with what is going on in it, and a table of the same figures.
import { raw } from 'hono/html';
import { machineNames } from '../../core/machine/definition.ts';
import { type Flow, readFlow } from '../../services/reports/read-flow.ts';
import { drawDiagram } from '../diagram/draw.ts';
import { titleOf } from '../diagram/words.ts';
import { overlayOf } from '../flow/overlay.ts';
import { FlowTable } from '../flow/table.tsx';
import { type FlowView, type Period, type Show, versionPath, viewHref, viewOf } from '../flow/view.ts';
import { page } from '../frame.tsx';
import { Choice } from '../parts/form.tsx';
import { Live } from '../parts/live.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { pictureSecurityPolicy } from '../security-headers.ts';
import { plural } from '../words.ts';
import { notFoundPage } from './problem.tsx';
import { publishedPath } from './published.tsx';

export const showWords: Readonly<Record<Show, string>> = {
  here: 'How many are here, and stuck',
  time: 'Time in state against what is due',
  stuck: 'What is stuck',
  refused: 'Refused jumps',
  unconfirmed: 'Writes not shown yet',
};

export const periodWords: Readonly<Record<Period, string>> = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
};

export async function homePage(visit: OwnVisit): Promise<Response> {
  const { machine, version } = visit.request.req.param() as { machine?: string; version?: string };
  const view = viewOf(visit, machine, version);
  if (!view) return notFoundPage(visit);
  const flow = await flowOf(visit, view);
  const layout = await visit.desk.layoutOf(view.machine);
  const picture = drawDiagram(layout, view.machine, overlayOf(view, flow), { embedded: true });
  const name = `${titleOf(view.machine.name)}, version ${view.machine.version}`;
  return page(
    visit,
    { title: name, wide: true },
    <h1>{name}</h1>,
    <p class="lead">{view.machine.definition.description} Every number leads to the list behind it.</p>,
    <MachineTabs visit={visit} view={view} />,
    <Choices visit={visit} view={view} flow={flow} />,
    <Live address={viewHref(view)}>
      <Legend view={view} />
      <div class="diagram">{raw(picture)}</div>
      <p class="quiet">
        Figures of <When at={flow.at} now={visit.desk.context.now()} />.
        {flow.elsewhere > 0
          ? ` ${plural(flow.elsewhere, 'subject')} in other versions of this machine: not among these figures.`
          : null}
      </p>
      <FlowTable view={view} flow={flow} />
    </Live>,
    <Downloads view={view} />,
  );
}

/** The diagram as a file: with the figures of the view, or (`plain`) as it was released. */
export async function diagramFile(visit: OwnVisit): Promise<Response> {
  const { machine, version } = visit.request.req.param() as { machine?: string; version?: string };
  const view = viewOf(visit, machine, version);
  if (!view) return notFoundPage(visit);
  const overlay =
    visit.request.req.query('plain') === undefined
      ? overlayOf({ ...view, lists: false }, await flowOf(visit, view))
      : {};
  const name = `${view.machine.name}-v${view.machine.version}.svg`;
  return visit.request.body(drawDiagram(await visit.desk.layoutOf(view.machine), view.machine, overlay), 200, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-security-policy': pictureSecurityPolicy,
    ...(visit.request.req.query('save') === undefined
      ? {}
      : { 'content-disposition': `attachment; filename="${name}"` }),
  });
}

/** Many look at the same figures, again and again: once in a few seconds is often enough. */
const flowOf = (visit: OwnVisit, view: FlowView): Promise<Flow> =>
  visit.desk.remembered(`flow ${JSON.stringify(view.filter)}`, () =>
    readFlow(visit.desk.context, view.machine, view.filter),
  );

function MachineTabs({ visit, view }: { visit: OwnVisit; view: FlowView }) {
  const { machines } = visit.desk.context;
  const versions = machines.versions(view.machine.name);
  return (
    <nav aria-label="Machines">
      <ul class="tabs">
        {machineNames.map((name) => (
          <li>
            <a href={versionPath(machines.latest(name))} aria-current={name === view.machine.name ? 'page' : undefined}>
              {titleOf(name)}
            </a>
          </li>
        ))}
        {versions.length > 1
          ? versions.map((version) => (
              <li>
                <a
                  href={versionPath({ name: view.machine.name, version })}
                  aria-current={version === view.machine.version ? 'true' : undefined}
                >
                  v{version}
                </a>
              </li>
            ))
          : null}
      </ul>
    </nav>
  );
}

function Choices({ visit, view, flow }: { visit: OwnVisit; view: FlowView; flow: Flow }) {
  const connections = [...new Set(flow.connections)];
  const all = (what: string): readonly (readonly [string, string])[] => [['', what]];
  const same = (values: readonly string[], chosen: string | undefined) =>
    [...new Set([...values, ...(chosen === undefined ? [] : [chosen])])].map((one) => [one, one] as const);
  return (
    <form
      method="get"
      action={visit.request.req.path === '/' ? '/' : versionPath(view.machine)}
      class="bar"
      data-at-once
    >
      <Choice name="show" label="Show" value={view.show} options={Object.entries(showWords)} />
      <Choice name="period" label="Period" value={view.period} options={Object.entries(periodWords)} />
      <Choice
        name="region"
        label="Region"
        value={view.region ?? ''}
        options={[...all('All regions'), ...same(flow.regions, view.region)]}
      />
      <Choice
        name="connection"
        label="Connection"
        value={view.connection ?? ''}
        options={[...all('All connections'), ...same(connections, view.connection)]}
      />
      {view.show === 'refused' ? (
        <Choice
          name="source"
          label="Who tried"
          value={view.source ?? ''}
          options={[...all('Everybody'), ...same(flow.sources, view.source)]}
        />
      ) : null}
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

function Legend({ view }: { view: FlowView }) {
  return (
    <ul class="legend-list">
      <LegendItems show={view.show} />
      {view.show === 'here' ? null : <li>{periodWords[view.period]}</li>}
    </ul>
  );
}

function LegendItems({ show }: { show: Show }) {
  switch (show) {
    case 'here':
      return [
        <li>
          <span class="pill">12</span>in the state now
        </li>,
        <li>
          <span class="pill alarm">3 stuck</span>held up by something
        </li>,
      ];
    case 'stuck':
      return [
        <li>
          <span class="pill alarm">3 stuck</span>late, a write not shown, systems that disagree, or something open
        </li>,
      ];
    case 'time':
      return [
        <li>
          <span class="pill">½ 4 h</span>median stay
        </li>,
        <li>
          <span class="pill alarm">90 % 3 d ▲</span>90th percentile, longer than due; yellow where nearly
        </li>,
      ];
    case 'refused':
      return [
        <li>
          <span class="dash" />
          somebody tried to go where no way leads
        </li>,
        <li>
          <span class="pill warning">7</span>refused attempts to leave the state
        </li>,
      ];
    case 'unconfirmed':
      return [
        <li>
          <span class="pill warning">4</span>writes of the transition that no target shows yet
        </li>,
        <li>
          <span class="pill alarm">4 (1 given up)</span>some of them were given up
        </li>,
      ];
  }
}

function Downloads({ view }: { view: FlowView }) {
  const name = `${view.machine.name}-v${view.machine.version}`;
  return (
    <p class="actions">
      <a class="button second" href={viewHref(view, '/diagram.svg', { save: '1' })}>
        Download SVG
      </a>
      <button
        type="button"
        class="button second"
        hidden
        data-png={viewHref(view, '/diagram.svg')}
        data-name={`${name}.png`}
      >
        Download PNG
      </button>
      <a class="button second" href={publishedPath(view.machine)}>
        The published page
      </a>
    </p>
  );
}
