// /machines/:machine/:version/diff/:other: what a version has that another has not, as a picture and as tables.
import { raw } from 'hono/html';
import { diffMachines, type FieldChange, type MachineDiff } from '../../../core/machine/diff.ts';
import { drawDiff } from '../../diagram/diff.ts';
import { titleOf } from '../../diagram/words.ts';
import { StateName } from '../../flow/table.tsx';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { ChangeWord, releasePath, StatusChip, versionAt } from './parts.tsx';

export async function machineDiffPage(visit: OwnVisit): Promise<Response> {
  const [after, before] = await Promise.all([versionAt(visit, 'version'), versionAt(visit, 'other')]);
  if (!after || !before) return notFoundPage(visit);
  const diff = diffMachines(before.machine, after.machine);
  const name = titleOf(after.machine.name);
  const same = before.of.hash === after.of.hash;
  const picture = same ? '' : await drawDiff(before.machine, after.machine, diff, visit.desk.layoutOf);
  return page(
    visit,
    { title: `${name}: v${after.of.version} against v${before.of.version}`, wide: true },
    <h1>{`${name}: version ${after.of.version} against version ${before.of.version}`}</h1>,
    <p class="lead">
      What version {after.of.version} adds, leaves out and changes. <StatusChip status={after.status} />
    </p>,
    <Sums diff={diff} />,
    same ? (
      <EmptyState>Both say the same, to the last letter: their hashes are equal.</EmptyState>
    ) : (
      <div class="marks">
        <ul class="legend-list">
          {(['added', 'removed', 'changed'] as const).map((change) => (
            <li>
              <ChangeWord change={change} />
            </li>
          ))}
          <li>Both versions are drawn as one: what is gone is struck out, what leads elsewhere has two arrows.</li>
        </ul>
        <section class="diagram" aria-label="Diagram" tabindex={0}>
          {raw(picture)}
        </section>
        <h2>States</h2>
        <States diff={diff} />
        <h2>Transitions</h2>
        <Transitions diff={diff} />
        <h2>The machine itself</h2>
        <Machine diff={diff} />
      </div>
    ),
    <p class="actions">
      <a class="button second" href={releasePath(after.of)}>
        Signatures of version {String(after.of.version)}
      </a>
      {after.releasedAt === null ? (
        <a class="button second" href={`/machines/${after.of.name}/${after.of.version}/replay`}>
          Replay history against it
        </a>
      ) : null}
      <a class="button second" href="/machines">
        All versions
      </a>
    </p>,
  );
}

function Sums({ diff }: { diff: MachineDiff }) {
  const sum = (what: 'states' | 'transitions', change: string): number =>
    diff[what].filter((one) => one.change === change).length;
  return (
    <ul class="sum">
      {(['states', 'transitions'] as const).flatMap((what) =>
        (['added', 'removed', 'changed'] as const).map((change) => (
          <li>
            <b>
              <Figure of={`diff.${what}.${change}`} value={sum(what, change)}>
                {count(sum(what, change))}
              </Figure>
            </b>{' '}
            {what} {change}
          </li>
        )),
      )}
    </ul>
  );
}

function States({ diff }: { diff: MachineDiff }) {
  return (
    <DataTable
      caption="States that differ"
      hideCaption
      columns={[{ head: 'State' }, { head: 'What happened' }, { head: 'What changed' }]}
      rows={diff.states.map(({ path, change, fields }) => [
        <StateName path={path} />,
        <ChangeWord change={change} />,
        <Fields fields={fields} />,
      ])}
      empty="The states are the same, with the same owners, times and rules."
    />
  );
}

function Transitions({ diff }: { diff: MachineDiff }) {
  return (
    <DataTable
      caption="Transitions that differ"
      hideCaption
      columns={[
        { head: 'Event' },
        { head: 'From' },
        { head: 'To' },
        { head: 'What happened' },
        { head: 'Only where' },
        { head: 'What changed' },
      ]}
      rows={diff.transitions.map(({ event, from, to, guard, change, fields }) => [
        <code>{event}</code>,
        <StateName path={from} />,
        <StateName path={to} />,
        <ChangeWord change={change} />,
        guard ?? none,
        <Fields fields={fields} />,
      ])}
      empty="The transitions are the same, with the same authorities and needs."
    />
  );
}

function Machine({ diff }: { diff: MachineDiff }) {
  return (
    <DataTable
      caption="What is said of the whole machine"
      hideCaption
      columns={[{ head: 'What' }, { head: 'Before' }, { head: 'After' }]}
      rows={diff.machine.map(({ field, before, after }) => [field, before ?? none, after ?? none])}
      empty="Nothing."
    />
  );
}

function Fields({ fields }: { fields: readonly FieldChange[] }) {
  return (
    <span>
      {fields.map(({ field, before, after }, at) => (
        <span>
          {at > 0 ? '; ' : ''}
          {field}: {before === null || before === '' ? null : <del>{before}</del>}
          {before && after ? ' → ' : ''}
          {after === null || after === '' ? null : <ins>{after}</ins>}
        </span>
      ))}
    </span>
  );
}
