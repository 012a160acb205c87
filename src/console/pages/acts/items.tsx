// The list on an act's page: each writeback or incident with its own result, and what that means.
import type { Child } from 'hono/jsx';
import type { ActItem, BulkAct } from '../../../services/settling/read-bulk-act.ts';
import { Chip } from '../../parts/chip.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { ShortId } from '../../parts/decide.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { none, relative, sentence } from '../../words.ts';
import { answerWords, reasonWords, refusalWords } from '../../writeback-words.ts';
import { resultWords } from './words.ts';

interface Props {
  visit: OwnVisit;
  act: BulkAct;
  now: number;
}

export function Items({ visit, act, now }: Props) {
  const ofIncidents = act.kind === 'settle';
  return (
    <DataTable
      caption={`Each ${ofIncidents ? 'incident' : 'writeback'} and its own result`}
      hideCaption
      columns={[
        { head: ofIncidents ? 'Incident' : 'Writeback' },
        { head: 'Result' },
        { head: 'What that means' },
        ...(ofIncidents ? incidentColumns : writebackColumns),
        { head: 'Subject' },
        { head: 'Connection' },
      ]}
      rows={act.page.map((item) => [
        <Name item={item} place={ofIncidents ? '/incidents' : '/writebacks'} />,
        <Chip tone={resultWords[item.result][1]}>{resultWords[item.result][0]}</Chip>,
        <div class="cell">
          <Meaning item={item} now={now} />
        </div>,
        ...(ofIncidents ? ofIncident(item, now) : ofWriteback(item)),
        item.subject === null ? none : <Subject visit={visit} id={item.subject} />,
        item.connection ?? none,
      ])}
      empty="None of this act has this result any more."
    />
  );
}

const incidentColumns: readonly Column[] = [{ head: 'Kind' }, { head: 'Settled now' }];
const writebackColumns: readonly Column[] = [
  { head: 'Last answer', meaning: 'What the system’s last answer meant, with the HTTP status where there was one' },
  { head: 'Transition' },
];

const ofIncident = ({ incidentKind, settledAt }: ActItem, now: number): Child[] => [
  incidentKind === null ? none : sentence(incidentKind),
  <When at={settledAt} now={now} />,
];
const ofWriteback = ({ outcome, httpStatus, eventType }: ActItem): Child[] => [
  answerWords(outcome, httpStatus),
  eventType === null ? none : <code>{eventType}</code>,
];

/** What does not exist leads nowhere. */
function Name({ item, place }: { item: ActItem; place: string }) {
  if (item.refusal === 'unknown') return <ShortId id={item.item} />;
  return (
    <a href={`${place}/${item.item}`}>
      <ShortId id={item.item} />
    </a>
  );
}

/** Why an incident was left as it is, or nothing was found; for writebacks see `refusalWords`. */
const leftWords: Readonly<Record<string, string>> = {
  unknown: 'There is none of that number',
  already_settled: 'Somebody had settled it before',
  must_choose: 'It needs a choice: open it and say which holds',
  writeback_dead: 'Its writeback was given up and holds the lane: redrive or waive that one',
};

function Meaning({ item, now }: { item: ActItem; now: number }) {
  switch (item.result) {
    case 'waiting':
      return <span class="quiet">Its turn comes</span>;
    case 'not_done':
      return (
        <span>
          {leftWords[item.refusal ?? ''] ??
            refusalWords[item.refusal as keyof typeof refusalWords] ??
            sentence(item.refusal ?? '')}
        </span>
      );
    case 'under_way':
      return (
        <span>
          {item.dueAt === null ? 'On its way to the system' : `To be tried ${relative(item.dueAt, now)}`}
          {item.reason === null ? '' : `; last: ${reasonWords(item.reason)}`}
        </span>
      );
    case 'confirmed':
      return (
        <span>
          Seen there <When at={item.settledAt} now={now} />
        </span>
      );
    case 'failed_again':
      return <span>{reasonWords(item.reason)}</span>;
    case 'waived':
      return <span>Let go; its lane has moved on</span>;
    case 'superseded':
      return <span>{reasonWords(item.reason)}</span>;
    case 'settled':
      return <span>Settled with the reason above</span>;
  }
}
