// /machines: every version there is, what runs, what is proposed, who signed and who is missing.
import { machineNames } from '../../../core/machine/definition.ts';
import {
  type MachineVersion,
  readDictionaryVersions,
  readVersions,
  type Version,
} from '../../../services/versions/read-versions.ts';
import { titleOf } from '../../diagram/words.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { none } from '../../words.ts';
import { releasePath, StatusChip } from './parts.tsx';

export async function machinesPage(visit: OwnVisit): Promise<Response> {
  const { context } = visit.desk;
  const [machines, dictionaries] = await visit.desk.remembered('versions', () =>
    Promise.all([readVersions(context), readDictionaryVersions(context)]),
  );
  return page(
    visit,
    { title: 'Machines' },
    <h1>Machines and their versions</h1>,
    <p class="lead">
      What is legal is what is written here. A version that came after the first one runs when all parties have signed
      its very content; until then the last signed one stays in force.
    </p>,
    ...machineNames.flatMap((name) => [
      <h2 id={name}>{titleOf(name)}</h2>,
      <Versions visit={visit} name={name} versions={machines.filter((one) => one.machine.name === name)} />,
    ]),
    <h2 id="dictionary">Dictionary</h2>,
    <p>
      What every element means. A changed dictionary takes effect at the next start, signed or not; its signatures are
      shown here and can be verified.
    </p>,
    <Dictionaries visit={visit} versions={dictionaries.slice(0, 20)} />,
    <h2 id="propose">Propose a version</h2>,
    <p>
      <code>interlock machine propose machines/application.v3.ts --note "why"</code> checks it by every rule and puts it
      here to be compared, replayed and signed.
    </p>,
  );
}

const columns = [
  { head: 'Version' },
  { head: 'Status' },
  { head: 'Signatures', meaning: 'Parties that approved this very content, of those that must' },
  { head: 'Missing' },
  { head: 'In force since' },
  { head: 'Content hash', meaning: 'SHA-256 of the canonical content: what a signature is bound to' },
  { head: 'Look closer' },
];

function Versions({ visit, name, versions }: { visit: OwnVisit; name: string; versions: readonly MachineVersion[] }) {
  const current = versions.find((one) => one.status === 'in_force');
  return (
    <DataTable
      caption={`Versions of ${titleOf(name)}`}
      hideCaption
      columns={columns}
      rows={versions.map((one) => [
        `v${one.of.version}`,
        ...cells(visit, one),
        one.status === 'replaced' ? (
          none
        ) : (
          <span class="links">
            <a href={releasePath(one.of)}>Signatures</a>
            {current && current !== one ? [' · ', <Compare current={current} other={one} />] : null}
            {one.status === 'in_force' || one.releasedAt !== null
              ? [' · ', <a href={`/machines/${name}/${one.of.version}`}>Diagram</a>]
              : [' · ', <a href={`/machines/${name}/${one.of.version}/replay`}>Replay history</a>]}
          </span>
        ),
      ])}
    />
  );
}

/** The earlier one first, so that what is added is what the later one has. */
function Compare({ current, other }: { current: MachineVersion; other: MachineVersion }) {
  const [from, to] = [current.of.version, other.of.version].sort((a, b) => a - b);
  return <a href={`/machines/${current.of.name}/${to}/diff/${from}`}>{`Compare with v${current.of.version}`}</a>;
}

function Dictionaries({ visit, versions }: { visit: OwnVisit; versions: readonly Version[] }) {
  return (
    <DataTable
      caption="Versions of the dictionary"
      hideCaption
      columns={columns}
      rows={versions.map((one) => [
        `v${one.of.version}`,
        ...cells(visit, one),
        <a href={releasePath(one.of)}>Signatures</a>,
      ])}
    />
  );
}

function cells({ desk }: OwnVisit, { of, status, required, standing, releasedAt, proposal }: Version) {
  const { approved, missing } = standing;
  const counts = status !== 'replaced';
  return [
    <StatusChip status={status} />,
    counts ? (
      <span>
        <Figure of={`signatures.${of.name}.${of.version}`} value={approved.length}>
          {String(approved.length)}
        </Figure>
        {` of ${required.length}`}
      </span>
    ) : (
      none
    ),
    counts && missing.length > 0 ? missing.join(', ') : none,
    <span>
      {releasedAt === null && proposal ? <span class="quiet">proposed </span> : ''}
      <When at={releasedAt ?? proposal?.proposed_at ?? null} now={desk.context.now()} />
    </span>,
    <code title={of.hash}>{of.hash.slice(0, 12)}</code>,
  ];
}
