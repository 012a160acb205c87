// One write in its system's lane: whether it is shown there, after how long, and every attempt.
import type { AttemptView } from '../../services/reports/timeline-entries.ts';
import type { WritebackAt } from '../../services/reports/timeline-entry.ts';
import { titleOf } from '../diagram/words.ts';
import { Chip } from '../parts/chip.tsx';
import { When } from '../parts/when.tsx';
import { instant, plural, sentence, span } from '../words.ts';
import { answerWords, reasonWords, statusWords } from '../writeback-words.ts';

const proofs: Readonly<Record<string, string>> = {
  readback: 'read back',
  echo: 'by its own echo',
  origin: 'it said so itself',
  operator: 'by a person',
  vendor: 'the system moved on',
  schedule: 'by the schedule',
};

export function WritebackCell({ entry, now }: { entry: WritebackAt; now: number }) {
  const [word, tone] = statusWords[entry.status] ?? [sentence(entry.status), 'plain'];
  const troubled = entry.status === 'dead' || (entry.head && entry.attempts.length > 1);
  return (
    <div class={`entry ${tone === 'plain' ? 'open' : tone}`}>
      <p class="does">
        <Chip tone={tone}>{behind(entry) ? 'In line' : word}</Chip> {whatOf(entry)}
      </p>
      <p class="more">
        <Came entry={entry} now={now} />
      </p>
      {entry.attempts.length === 0 ? null : (
        <details open={troubled}>
          <summary>{plural(entry.attempts.length, 'attempt')}</summary>
          <ol class="attempts">
            {entry.attempts.map((one) => (
              <li>
                <Attempt one={one} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

/** It waits for the one before it, not for the system. */
const behind = ({ status, head }: WritebackAt): boolean => status === 'ready' && !head;

function whatOf({ cause, to, eventType }: WritebackAt) {
  switch (cause) {
    case 'element':
      return 'a changed value';
    case 'revert':
      return `back to ${titleOf(to)}`;
    case 'origin':
      return `${titleOf(to)}, said by it`;
    default:
      return <span title={eventType}>{titleOf(to)}</span>;
  }
}

/** What came of it, in half a sentence. */
function Came({ entry, now }: { entry: WritebackAt; now: number }) {
  const { status, settledAt, settledBy, createdAt, reason, held, head, dueAt } = entry;
  if (status === 'confirmed')
    return (
      <>
        after {span(settledAt === null ? null : Math.max(0, Date.parse(settledAt) - Date.parse(createdAt)))},{' '}
        {proofs[settledBy ?? ''] ?? settledBy}
        {entry.contradictions > 0 ? `; it said yes and showed no ${plural(entry.contradictions, 'time')} before` : ''}
      </>
    );
  if (status === 'dead' || status === 'waived')
    return (
      <>
        <When at={settledAt} now={now} />: {reasonWords(reason)}
      </>
    );
  if (status === 'superseded') return <>a later one says more</>;
  if (!head) return <>waits for the one before it in this lane</>;
  if (held !== null) return <>the lane is held: {reasonWords(held.replace(/^operator: /, ''))}</>;
  if (status === 'leased') return <>on its way</>;
  return (
    <>
      {reason === null ? '' : `${reasonWords(reason)}; `}due <When at={dueAt} now={now} />
    </>
  );
}

function Attempt({ one }: { one: AttemptView }) {
  return (
    <>
      <time datetime={one.settledAt} title={instant(one.settledAt)}>
        {one.settledAt.slice(11, 19)}
      </time>{' '}
      {answerWords(one.contradicted ? 'contradicted' : one.outcome, one.httpStatus)}
      {one.reason === null || one.reason === '' ? '' : `: ${reasonWords(one.reason)}`}
      {one.tookMs === null ? '' : ` (${span(one.tookMs)})`}
    </>
  );
}
