// /acts/:act: what became of one decision about many writebacks or incidents, each one's own result; the same after any reload.
import { isId } from '../../../core/ids.ts';
import { type BulkAct, type ItemResult, itemResults, readBulkAct } from '../../../services/settling/read-bulk-act.ts';
import { page } from '../../frame.tsx';
import { Live } from '../../parts/live.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { Items } from './items.tsx';
import { resultWords, titleOf } from './words.ts';

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
      <a href="/acts">‹ Acts</a>
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

function href({ id }: BulkAct, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/acts/${id}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
}

function Progress({ act }: { act: BulkAct }) {
  const open = act.counts.waiting + act.counts.under_way;
  return (
    <p class="progress" role="status">
      <progress value={act.items - open} max={act.items} aria-label="Items that have a result" />{' '}
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
            <b>{count(act.counts[one])}</b> {resultWords[one][0].toLowerCase()}
          </a>
        </li>
      ))}
    </ul>
  );
}
