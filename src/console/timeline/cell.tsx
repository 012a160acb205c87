// One entry of a timeline in its lane: who did what, and what came of it.
import type { Child } from 'hono/jsx';
import { incidentWords, isIncidentKind } from '../../core/incident-kinds.ts';
import type { Entry, EventAt, IncidentAt, ReadingAt, TransitionAt } from '../../services/reports/timeline-entry.ts';
import { titleOf } from '../diagram/words.ts';
import { afterWaiting, claimWords, dispositionWords, waitWords, whyOf } from '../event-words.ts';
import { Chip } from '../parts/chip.tsx';
import { When } from '../parts/when.tsx';
import { sentence } from '../words.ts';
import { actionWords } from './action-words.ts';
import { actorWords } from './actors.ts';
import { WritebackCell } from './writeback-cell.tsx';

export interface Around {
  names: ReadonlyMap<string, string>;
  now: number;
}

export function Cell({ entry, around }: { entry: Entry; around: Around }) {
  switch (entry.kind) {
    case 'event':
      return <EventCell entry={entry} around={around} />;
    case 'transition':
      return <TransitionCell entry={entry} around={around} />;
    case 'writeback':
      return <WritebackCell entry={entry} now={around.now} />;
    case 'echo':
      return <Saying title="Echo of our own write">shows {titleOf(entry.value)}</Saying>;
    case 'reading':
      return <ReadingCell entry={entry} />;
    case 'incident':
      return <IncidentCell entry={entry} around={around} />;
    case 'note':
      return (
        <Saying title={`${actorWords(entry.actor, around.names)} noted`} href={`/incidents/${entry.incident}`}>
          {entry.body === null ? 'Gone: the person was erased.' : `“${entry.body}”`}
        </Saying>
      );
    case 'action': {
      const { title, more } = actionWords(entry);
      return <Saying title={`${actorWords(entry.actor, around.names)} ${title}`}>{more}</Saying>;
    }
    case 'approval':
      return (
        <Saying
          title={`${actorWords(entry.actor, around.names)} ${entry.decision === 'approved' ? 'signed' : 'turned down'} version ${entry.version} of the machine`}
        >
          for {entry.role}
        </Saying>
      );
  }
}

function Saying({ title, href, children }: { title: Child; href?: string; children?: Child }) {
  return (
    <div class="entry">
      <p class="does">{href === undefined ? title : <a href={href}>{title}</a>}</p>
      {children === undefined || children === '' ? null : <p class="more">{children}</p>}
    </div>
  );
}

/** The transition that an applied event made says what came of it; everything else says why not. */
function EventCell({ entry, around }: { entry: EventAt; around: Around }) {
  const [word, tone] = dispositionWords[entry.disposition] ?? [sentence(entry.disposition), 'plain'];
  const why = whyOf(entry.code, entry.detail);
  const parked = entry.disposition === 'parked';
  return (
    <div class={`entry ${tone}`}>
      <p class="does">
        {actorWords(entry.source, around.names)}: <span class="claim">{claimWords(entry.claimKind, entry.claim)}</span>{' '}
        <Chip tone={tone}>{word}</Chip>
      </p>
      {entry.disposition === 'applied' || parked || why.title === '' ? null : (
        <p class="more">
          {why.title}
          {why.detail === '' ? '' : `: ${why.detail}`}
        </p>
      )}
      {parked ? (
        <p class="more">
          {waitWords(entry.parkedFor)}, until <When at={entry.parkedUntil} now={around.now} />;{' '}
          {afterWaiting(entry.parkedFor)}
        </p>
      ) : null}
      {why.allowed.length === 0 ? null : (
        <p class="more">
          Possible instead:{' '}
          {why.allowed.map((one, at) => (
            <>
              {at === 0 ? '' : ', '}
              <code>{one}</code>
            </>
          ))}
        </p>
      )}
    </div>
  );
}

function TransitionCell({ entry, around }: { entry: TransitionAt; around: Around }) {
  return (
    <div class="entry move">
      <p class="does">
        <b>{titleOf(entry.to)}</b>{' '}
        <span class="quiet">from {entry.from === 'none' ? 'nothing' : titleOf(entry.from)}</span>{' '}
        <Chip>v{entry.version}</Chip>
      </p>
      <p class="more">
        <code>{entry.type}</code>, caused by {actorWords(entry.source, around.names)}
      </p>
    </div>
  );
}

const troubles: Readonly<Record<string, string>> = {
  never_shown: 'never shown, and nothing was written there',
  moved: 'not the canonical state',
  unmapped: 'a stage that stands for none of our states',
  missing: 'not there any more',
  failed: 'it could not be read',
  waived: 'as before: the write was waived',
};

function ReadingCell({ entry }: { entry: ReadingAt }) {
  const shows = entry.missing
    ? 'has no such thing any more'
    : entry.states.length > 0
      ? `shows ${entry.states.map(titleOf).join(' or ')}`
      : 'shows nothing that we know';
  const stage = entry.stage === null ? '' : ` (“${entry.stage}”)`;
  const trouble = entry.trouble === null ? '' : `: ${troubles[entry.trouble] ?? sentence(entry.trouble)}`;
  return (
    <Saying title="Was read">
      {shows}
      {stage}
      {trouble}
    </Saying>
  );
}

function IncidentCell({ entry, around }: { entry: IncidentAt; around: Around }) {
  const title = isIncidentKind(entry.incident) ? incidentWords[entry.incident].title : sentence(entry.incident);
  const open = entry.settledAt === null;
  return (
    <div class={`entry ${open ? 'bad' : 'plain'}`}>
      <p class="does">
        <a href={`/incidents/${entry.id}`}>{title}</a>{' '}
        <Chip tone={open ? 'bad' : 'good'}>{open ? 'Open' : 'Settled'}</Chip>
      </p>
      <p class="more">
        {open ? (
          <>
            The turn of {entry.owner}
            {entry.assignedTo === null
              ? ''
              : `; ${actorWords(`account:${entry.assignedTo}`, around.names)} takes care of it`}
          </>
        ) : (
          <>
            <When at={entry.settledAt} now={around.now} /> by {actorWords(entry.settledBy, around.names)}:{' '}
            {entry.resolution ?? ''}
          </>
        )}
      </p>
    </div>
  );
}
