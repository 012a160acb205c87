// The tables of the agreement board: how far each system agrees, and each subject of which one shows something else.
import type { DisagreementCause } from '../../../core/deciding/disagreement.ts';
import type { Agreement } from '../../../services/reports/current-agreement.ts';
import type { Disagreement } from '../../../services/reports/read-agreement.ts';
import { definitions } from '../../../services/reports/read-kpis.ts';
import { StateName } from '../../flow/table.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Tick } from '../../parts/decide.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none, percent, span } from '../../words.ts';

/** The form that the boxes belong to. */
export const formId = 'decide-agreement';

export const causeWords: Readonly<Record<DisagreementCause, string>> = {
  in_flight: 'On its way',
  held: 'Lane held',
  dead_writeback: 'Given up',
  moved_by_hand: 'Moved by hand',
  unmapped_stage: 'Unknown stage',
  missing: 'Not there any more',
  waived: 'Waived',
  never_shown: 'Never shown',
  reading_failed: 'Cannot be read',
};

interface RatesProps {
  counted: readonly (Agreement & { countedAt: string; course: { day: string; share: number | null }[] })[];
  now: number;
  days: number;
}

export function AgreementRates({ counted, now, days }: RatesProps) {
  return (
    <DataTable
      caption="How far each system agrees"
      hideCaption
      columns={[
        { head: 'Connection' },
        { head: 'Agrees', numeric: true, meaning: definitions.agreement },
        {
          head: 'Drift',
          numeric: true,
          meaning: 'By how much the share has changed since the first day of the line, in points of 100',
        },
        { head: `Last ${days} days`, meaning: 'The share at the end of each day' },
        { head: 'Subjects', numeric: true, meaning: 'Those that it has to show' },
        { head: 'Differ', numeric: true, meaning: 'Those of which it was last seen to show something else' },
        { head: 'Why' },
        { head: 'Counted' },
      ]}
      rows={counted.map((one) => [
        <a href={`/connections/${one.connection}`}>{one.connection}</a>,
        percent(one.share),
        drift(one.course),
        <Sparkline values={one.course.map(({ share }) => share)} />,
        <Figure of={`agreement.pairs.${one.connection}`} value={one.pairs}>
          {count(one.pairs)}
        </Figure>,
        one.open === 0 ? (
          <span class="quiet">0</span>
        ) : (
          <a href={`/agreement?connection=${one.connection}`}>
            <Figure of={`agreement.open.${one.connection}`} value={one.open}>
              {count(one.open)}
            </Figure>
          </a>
        ),
        <div class="cell">{causesOf(one)}</div>,
        <When at={one.countedAt} now={now} />,
      ])}
      empty="Nothing was counted yet: it is, every half minute, once a system is connected and the sweeper runs."
    />
  );
}

/** "+1.2", "−0.4", or nothing where there are not two days to compare. */
function drift(course: readonly { share: number | null }[]): string {
  const known = course.flatMap(({ share }) => (share === null ? [] : [share]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || known.length < 2) return none;
  const points = Math.round((last - first) * 1_000) / 10;
  return points === 0 ? '0' : `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)}`;
}

const causesOf = ({ causes }: Agreement): string =>
  Object.entries(causes)
    .filter(([, many]) => many > 0)
    .map(([cause, many]) => `${count(many)} ${causeWords[cause as DisagreementCause].toLowerCase()}`)
    .join(', ') || none;

interface DisagreementsProps {
  visit: OwnVisit;
  items: readonly Disagreement[];
  now: number;
  ticks: boolean;
  ticked: ReadonlySet<string>;
  narrowed: boolean;
}

/** The name of a row's box: the pair, and the write that is behind it. */
export const tickOf = ({ subject, connection, writeback }: Disagreement): string =>
  ['tick', subject, connection, writeback ?? ''].join('|');

const howWords: Readonly<Record<string, string>> = {
  reading: 'read',
  confirmation: 'read back',
  echo: 'told by it',
  event: 'told by it',
};

export function Disagreements({ visit, items, now, ticks, ticked, narrowed }: DisagreementsProps) {
  return (
    <DataTable
      caption="Subjects of which a system shows something else, the longest first"
      hideCaption
      columns={[
        { head: 'Subject' },
        { head: 'Canonical' },
        { head: 'Connection' },
        { head: 'Shows' },
        { head: 'Known' },
        { head: 'For', numeric: true, meaning: 'How long they have differed' },
        { head: 'Why' },
        { head: 'Whose turn' },
      ]}
      rows={items.map((item) => [
        ticks ? (
          <Tick
            name={tickOf(item)}
            form={formId}
            checked={ticked.has(tickOf(item))}
            hears={`Tick ${item.subject} at ${item.connection}`}
          >
            <Subject visit={visit} id={item.subject} />
          </Tick>
        ) : (
          <Subject visit={visit} id={item.subject} />
        ),
        <StateName path={item.canonical} />,
        <a href={`/connections/${item.connection}`}>{item.connection}</a>,
        <Shows item={item} />,
        item.shownAt === null ? (
          none
        ) : (
          <span>
            <When at={item.shownAt} now={now} /> <span class="quiet">{howWords[item.how ?? ''] ?? ''}</span>
          </span>
        ),
        span(item.ageMs),
        <div class="cell">
          {item.writeback === null ? item.detail : <a href={`/writebacks/${item.writeback}`}>{item.detail}</a>}
        </div>,
        item.owner,
      ])}
      empty={
        narrowed
          ? 'None that match. Take a filter away to see more.'
          : 'All systems show the same, as far as they were seen.'
      }
    />
  );
}

function Shows({ item }: { item: Disagreement }) {
  const states = item.shows?.split(' | ') ?? [];
  return (
    <span>
      {states.length === 0 ? (
        <span class="quiet">{item.stage === null ? none : 'none of ours'}</span>
      ) : (
        states.map((state, at) => (
          <span>
            {at === 0 ? '' : ' or '}
            <StateName path={state} />
          </span>
        ))
      )}
      {item.stage === null ? null : <span class="quiet"> “{item.stage}”</span>}
    </span>
  );
}
