// /machines/:machine/:version/replay: what really happened, played again under this version, so many subjects at a time.
import { isId } from '../../../core/ids.ts';
import type { Replayed } from '../../../core/machine/replay-steps.ts';
import { type ReplayPage, replayHistory } from '../../../services/versions/replay-history.ts';
import { titleOf } from '../../diagram/words.ts';
import { StateName } from '../../flow/table.tsx';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Subject } from '../../parts/subject.tsx';
import { Tile, Tiles } from '../../parts/tile.tsx';
import { type OwnVisit, readers } from '../../route.ts';
import { count, plural } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { releasePath, StatusChip, versionAt } from './parts.tsx';

const meanings: Readonly<Record<Replayed['kind'], readonly [label: string, meaning: string]>> = {
  same: ['The same', 'Every step is possible in this version too, and leads to where the subject stood.'],
  refused: ['Refused', 'A step that happened would be refused: there is no such way, or not for this kind of system.'],
  held: ['Held', 'An event would have come too early and waited for its turn.'],
  elsewhere: ['Lands elsewhere', 'Every step is possible, and the last one leads to another state.'],
};

export async function replayPage(visit: OwnVisit): Promise<Response> {
  const version = await versionAt(visit, 'version');
  if (!version) return notFoundPage(visit);
  const given = visit.request.req.query('after') ?? '';
  const after = isId('sub', given) ? given : '';
  const found = await visit.desk.remembered(`replay ${version.of.hash} ${after}`, () =>
    replayHistory(visit.desk.context, version.machine, after),
  );
  const name = `${titleOf(version.of.name)}, version ${version.of.version}`;
  const here = `/machines/${version.of.name}/${version.of.version}/replay`;
  return page(
    visit,
    { title: `Replay: ${name}` },
    <h1>{`History under ${name}`}</h1>,
    <p class="lead">
      Every transition on record, decided again by this version: what would have become of real subjects.{' '}
      <StatusChip status={version.status} />
    </p>,
    <p>
      {plural(found.subjects, 'subject')} {after === '' ? 'from the first one on' : 'after the page before'}. A replay
      stops at the first step that would not be taken. Requisitions count as open throughout, and an event as carrying
      what is on record for its subject.
    </p>,
    <Tiles>
      {(['same', 'refused', 'held', 'elsewhere'] as const).map((kind) => (
        <Tile
          id={kind}
          label={meanings[kind][0]}
          value={count(found.counts[kind])}
          meaning={meanings[kind][1]}
          note={`of ${count(found.subjects)}`}
          tone={kind === 'same' ? 'plain' : found.counts[kind] > 0 ? 'bad' : 'good'}
        />
      ))}
    </Tiles>,
    <h2>Whose history would differ</h2>,
    visit.who.roles.some((role) => readers.includes(role)) ? (
      <Different visit={visit} found={found} />
    ) : (
      <p class="quiet">Single subjects are for operators, auditors and viewers.</p>
    ),
    <p class="actions">
      {found.next === null ? null : (
        <a class="button" href={`${here}?after=${found.next}`}>
          Replay the next subjects
        </a>
      )}
      {after === '' ? null : (
        <a class="button second" href={here}>
          From the first one on
        </a>
      )}
      <a class="button second" href={releasePath(version.of)}>
        Signatures
      </a>
    </p>,
  );
}

function Different({ visit, found }: { visit: OwnVisit; found: ReplayPage }) {
  return (
    <DataTable
      caption={`Subjects whose history would differ: ${count(found.different.length)} of ${count(found.subjects)}`}
      columns={[
        { head: 'Subject' },
        { head: 'What would happen' },
        { head: 'At step', numeric: true },
        { head: 'Event' },
        { head: 'It would stand in' },
        { head: 'It stands in' },
        { head: 'Why' },
      ]}
      rows={found.different.map(({ subject, state, result }) => [
        <Subject visit={visit} id={subject} />,
        meanings[result.kind][0],
        'at' in result ? String(result.at) : '–',
        'event' in result ? <code>{result.event}</code> : '–',
        'state' in result ? <StateName path={result.state} /> : '–',
        <StateName path={state} />,
        'detail' in result ? result.detail : 'The last step leads there in this version.',
      ])}
      empty={
        found.subjects === 0
          ? 'There is no subject of this machine yet, so there is no history to replay.'
          : 'Nobody: all of these would have gone the same way.'
      }
    />
  );
}
