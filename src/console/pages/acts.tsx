// /acts/:act: what became of one decision about many writebacks, each one's own result; the same after any reload.
import { isId } from '../../core/ids.ts';
import {
  type ActItem,
  type BulkAct,
  type ItemResult,
  itemResults,
  readBulkAct,
} from '../../services/settling/read-bulk-act.ts';
import { page } from '../frame.tsx';
import { Chip } from '../parts/chip.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { ShortId } from '../parts/decide.tsx';
import { Live } from '../parts/live.tsx';
import { Notice } from '../parts/notice.tsx';
import { Subject } from '../parts/subject.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { count, none, plural, relative, sentence } from '../words.ts';
import { answerWords, reasonWords, refusalWords, type Tone } from '../writeback-words.ts';
import { notFoundPage } from './problem.tsx';

/** Often enough to watch it, seldom enough to leave a session's pace alone. */
const renewSeconds = 3;

export async function actPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('act') ?? '';
  const result = itemResults.find((one) => one === request.req.query('result'));
  const after = request.req.query('after') ?? '';
  const act = isId('act', id)
    ? await readBulkAct(desk.context, id, { result, afterPlace: /^\d{1,6}$/.test(after) ? Number(after) : 0 })
    : null;
  if (!act) return notFoundPage(visit);
  const address = href(act, { result, after: after === '' ? undefined : after });
  const now = desk.context.now();
  const body = (
    <div>
      <Progress act={act} />
      <Counts act={act} chosen={result} />
      <Items visit={visit} act={act} now={now} />
      {act.next === null ? null : (
        <p>
          <a href={href(act, { result, after: String(act.next) })}>The next {count(act.page.length)} ›</a>
        </p>
      )}
    </div>
  );
  return page(
    visit,
    { title: titleOf(act), wide: true },
    <p>
      <a href="/writebacks">‹ Writebacks</a>
    </p>,
    <h1>{titleOf(act)}</h1>,
    <p class="lead">
      {act.by}, <When at={act.begunAt} now={now} />: “{act.reason}”
      {act.force ? '. Whatever the system shows is overwritten.' : ''}
    </p>,
    act.more ? (
      <Notice>What these were chosen by finds more than one act takes. When this one is through, begin another.</Notice>
    ) : null,
    // What is through is no longer asked for.
    act.through ? (
      <div id="live">{body}</div>
    ) : (
      <Live address={address} seconds={renewSeconds}>
        {body}
      </Live>
    ),
  );
}

const titleOf = ({ kind, items }: BulkAct): string =>
  `${kind === 'redrive' ? 'Redrive' : 'Waiving'} of ${plural(items, 'writeback')}`;

function href({ id }: BulkAct, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/acts/${id}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
}

const words: Readonly<Record<ItemResult, readonly [word: string, tone: Tone]>> = {
  waiting: ['Not yet decided', 'plain'],
  not_done: ['Nothing changed', 'warn'],
  under_way: ['Being written', 'plain'],
  confirmed: ['Confirmed', 'good'],
  failed_again: ['Failed again', 'bad'],
  waived: ['Waived', 'good'],
  superseded: ['Superseded', 'plain'],
};

function Progress({ act }: { act: BulkAct }) {
  const open = act.counts.waiting + act.counts.under_way;
  return (
    <p class="progress" role="status">
      <progress value={act.items - open} max={act.items} aria-label="Writebacks that have a result" />{' '}
      {open === 0
        ? `All ${count(act.items)} have their result.`
        : `${count(act.items - open)} of ${count(act.items)} have their result; this page renews itself.`}
    </p>
  );
}

/** "200 = 188 confirmed + 12 failed again", each a filter of the list below. */
function Counts({ act, chosen }: { act: BulkAct; chosen: ItemResult | undefined }) {
  const shown = itemResults.filter((one) => act.counts[one] > 0);
  return (
    <ul class="sum">
      <li>
        <a href={href(act, {})} aria-current={chosen === undefined ? 'true' : undefined}>
          <b>{count(act.items)}</b> in all
        </a>
      </li>
      {shown.map((one, at) => (
        <li>
          <span class="operator">{at === 0 ? '=' : '+'}</span>
          <a href={href(act, { result: one })} aria-current={chosen === one ? 'true' : undefined}>
            <b>{count(act.counts[one])}</b> {words[one][0].toLowerCase()}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Items({ visit, act, now }: { visit: OwnVisit; act: BulkAct; now: number }) {
  return (
    <DataTable
      caption="Each writeback and its own result"
      hideCaption
      columns={[
        { head: 'Writeback' },
        { head: 'Result' },
        { head: 'What that means' },
        {
          head: 'Last answer',
          meaning: 'What the system’s last answer meant, with the HTTP status where there was one',
        },
        { head: 'Subject' },
        { head: 'Connection' },
        { head: 'Transition' },
      ]}
      rows={act.page.map((item) => [
        item.subject === null ? (
          <ShortId id={item.writeback} />
        ) : (
          <a href={`/writebacks/${item.writeback}`}>
            <ShortId id={item.writeback} />
          </a>
        ),
        <Chip tone={words[item.result][1]}>{words[item.result][0]}</Chip>,
        <div class="cell">
          <Meaning item={item} now={now} />
        </div>,
        answerWords(item.outcome, item.httpStatus),
        item.subject === null ? none : <Subject visit={visit} id={item.subject} />,
        item.connection ?? none,
        item.eventType === null ? none : <code>{item.eventType}</code>,
      ])}
      empty="None of this act has this result any more."
    />
  );
}

function Meaning({ item, now }: { item: ActItem; now: number }) {
  switch (item.result) {
    case 'waiting':
      return <span class="quiet">Its turn comes</span>;
    case 'not_done':
      return <span>{refusalWords[item.refusal as keyof typeof refusalWords] ?? sentence(item.refusal ?? '')}</span>;
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
  }
}
