// /published: each released version for anybody to read: the diagram, its rules and its hash, nothing of anybody and no figures.
import { raw } from 'hono/html';
import type { SignedApproval } from '../../core/access/approval.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { machineNames } from '../../core/machine/definition.ts';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import { machineFileOf } from '../../services/versions/approval-files.ts';
import { type MachineVersion, readVersion } from '../../services/versions/read-versions.ts';
import { drawDiagram } from '../diagram/draw.ts';
import { span, systemWords, titleOf } from '../diagram/words.ts';
import { StateName } from '../flow/table.tsx';
import { page } from '../frame.tsx';
import { DataTable } from '../parts/data-table.tsx';
import type { Answer, Visit } from '../route.ts';
import { pictureSecurityPolicy } from '../security-headers.ts';
import { none } from '../words.ts';
import { problemPage } from './problem.tsx';

/** Names the content itself: what stands there can never be anything else. */
export const publishedPath = (machine: CompiledMachine): string =>
  `/published/${machine.name}/${machine.version}/${machine.hash}`;

/** Without a hash: on to the one that was released under that number. */
export function publishedVersion(visit: Visit): Answer {
  const machine = find(visit);
  return machine ? visit.request.redirect(publishedPath(machine), 302) : unknown(visit);
}

export function publishedIndex(visit: Visit): Answer {
  const all = machineNames.flatMap((name) =>
    visit.desk.context.machines.versions(name).map((version) => visit.desk.context.machines.get(name, version)),
  );
  return page(
    visit,
    { title: 'Released versions' },
    <h1>Released versions</h1>,
    <p class="lead">What runs, as it was released. Each address holds the hash of its content.</p>,
    <DataTable
      caption="Released versions"
      hideCaption
      columns={[{ head: 'Machine' }, { head: 'Version', numeric: true }, { head: 'Content hash (SHA-256)' }]}
      rows={all.map((machine) => [
        <a href={publishedPath(machine)}>{titleOf(machine.name)}</a>,
        String(machine.version),
        <code>{machine.hash}</code>,
      ])}
    />,
  );
}

export async function publishedPage(visit: Visit): Promise<Response> {
  const machine = find(visit);
  if (!machine || machine.hash !== visit.request.req.param('hash')) return unknown(visit);
  const picture = drawDiagram(await visit.desk.layoutOf(machine), machine, {}, { embedded: true });
  const name = `${titleOf(machine.name)}, version ${machine.version}`;
  const files = publishedPath(machine);
  const signed = await signedVersion(visit, machine);
  return page(
    { ...visit, who: null },
    { title: name, wide: true },
    <h1>{name}</h1>,
    <p class="lead">{machine.definition.description}</p>,
    <p class="fingerprint">
      Released. Content hash (SHA-256 of the canonical definition): <code>{machine.hash}</code>
    </p>,
    <section class="diagram" aria-label="Diagram" tabindex={0}>
      {raw(picture)}
    </section>,
    <p class="actions">
      <a class="button second" href={`${files}/diagram.svg`} download={`${machine.name}-v${machine.version}.svg`}>
        Download SVG
      </a>
      <button
        type="button"
        class="button second"
        hidden
        data-png={`${files}/diagram.svg`}
        data-name={`${machine.name}-v${machine.version}.png`}
      >
        Download PNG
      </button>
      <a class="button second" href={`${files}/definition.json`}>
        Definition (canonical JSON)
      </a>
      <a class="button second" href={`${files}/signatures.json`}>
        Signatures (verifiable)
      </a>
    </p>,
    // Below the diagram, so that on paper the diagram has the first sheet to itself.
    <h2>Signatures</h2>,
    <Signatures version={signed} />,
    <h2>States</h2>,
    <States machine={machine} />,
    <h2>Transitions</h2>,
    <p>Nothing else is possible: what is not in this list is refused, whoever asks for it.</p>,
    <Transitions machine={machine} />,
  );
}

export async function publishedDiagram(visit: Visit): Promise<Response> {
  const machine = find(visit);
  if (!machine || machine.hash !== visit.request.req.param('hash')) return unknown(visit);
  return visit.request.body(drawDiagram(await visit.desk.layoutOf(machine), machine), 200, {
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-security-policy': pictureSecurityPolicy,
    'cache-control': 'public, max-age=3600',
  });
}

/** Exactly the bytes that the hash is of. */
export function publishedDefinition(visit: Visit): Answer {
  const machine = find(visit);
  if (!machine || machine.hash !== visit.request.req.param('hash')) return unknown(visit);
  return visit.request.body(canonicalJson(machine.definition), 200, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
}

/** The signatures with the content, as `interlock machine verify-approval` takes them. */
export async function publishedSignatures(visit: Visit): Promise<Response> {
  const machine = find(visit);
  if (!machine || machine.hash !== visit.request.req.param('hash')) return unknown(visit);
  const version = await signedVersion(visit, machine);
  if (!version) return unknown(visit);
  const file = machineFileOf(version);
  // Why somebody said no is for those who are signed in.
  const shown = { ...file, approvals: approvalsOf(version) };
  return visit.request.body(`${JSON.stringify(shown, null, 2)}\n`, 200, {
    'content-type': 'application/json; charset=utf-8',
  });
}

const signedVersion = (visit: Visit, machine: CompiledMachine): Promise<MachineVersion | null> =>
  visit.desk.remembered(`published ${machine.hash}`, () =>
    readVersion(visit.desk.context, machine.name, machine.version),
  );

const approvalsOf = (version: MachineVersion): SignedApproval[] =>
  machineFileOf(version).approvals.filter((one) => one.decision === 'approved');

/** Party, the name that each chose to be shown by, and the day: nothing else of anybody. */
function Signatures({ version }: { version: MachineVersion | null }) {
  const approvals = version ? approvalsOf(version) : [];
  if (approvals.length === 0)
    return <p class="quiet">No signatures: it came with the first start of this installation.</p>;
  return (
    <ul class="signatures">
      {approvals.map(({ party, displayName, decidedAt }) => (
        <li>
          <b>{party}</b>
          <p>
            ✓ {displayName}, <time datetime={decidedAt}>{decidedAt.slice(0, 10)}</time>
          </p>
        </li>
      ))}
    </ul>
  );
}

function find({ desk, request }: Visit): CompiledMachine | null {
  const { machine, version } = request.req.param() as { machine?: string; version?: string };
  const name = machineNames.find((one) => one === machine);
  if (!name || version === undefined || !/^[1-9]\d{0,5}$/.test(version)) return null;
  return desk.context.machines.has(name, Number(version)) ? desk.context.machines.get(name, Number(version)) : null;
}

const unknown = (visit: Visit): Answer =>
  problemPage(
    visit,
    404,
    'Nothing was released under this address',
    'The address of a released version ends in the hash of its content, so a changed one leads nowhere. /published lists all.',
  );

function States({ machine }: { machine: CompiledMachine }) {
  return (
    <DataTable
      caption="States: whose turn it is, how long, and whose word counts"
      columns={[
        { head: 'State' },
        { head: 'Meaning' },
        { head: 'Whose turn' },
        { head: 'Due after', numeric: true },
        { head: 'System of record' },
        { head: 'When a system differs' },
      ]}
      rows={[...machine.leaves.values()].map((leaf) => [
        <StateName path={leaf.path} />,
        leaf.description,
        leaf.meta.owner,
        leaf.slaMs === null ? none : span(leaf.slaMs),
        systemWords[leaf.meta.systemOfRecord],
        leaf.meta.onDivergence === 'revert' ? 'Our state is written back' : 'A person decides',
      ])}
    />
  );
}

function Transitions({ machine }: { machine: CompiledMachine }) {
  const edges = [...machine.edges.values()].flat();
  return (
    <DataTable
      caption="Transitions: from where to where, who may cause them, and what they need"
      columns={[
        { head: 'Event' },
        { head: 'From' },
        { head: 'To' },
        { head: 'May be caused by' },
        { head: 'Needs' },
        { head: 'Meaning' },
      ]}
      rows={edges.map((edge) => [
        <code>{edge.event}</code>,
        <StateName path={edge.from} />,
        edge.to === null ? 'Where it was' : <StateName path={edge.to} />,
        edge.meta.causedBy.map((kind) => systemWords[kind]).join(', '),
        edge.meta.requires.length === 0 ? none : edge.meta.requires.join(', '),
        `${edge.description}${edge.guard ? ` Only where: ${edge.guard.type} ${Object.values(edge.guard.params ?? {}).join(', ')}.` : ''}`,
      ])}
    />
  );
}
