// How the log of transitions stands: its last seal, what waits to be sealed, and what the last verification said.
import type { LogState as State } from '../../../services/log/check-log.ts';
import { Figure } from '../../parts/figure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, span } from '../../words.ts';

const sayings: Readonly<Record<string, string>> = {
  started: 'The log is being verified. What is found will be an entry below: load the page again in a while.',
  running: 'The log is being verified already. What is found will be an entry below.',
};

export function LogState({ visit, state, said }: { visit: OwnVisit; state: State; said: string | undefined }) {
  const now = visit.desk.context.now();
  const { checkpoint, verified } = state;
  const saying = sayings[said ?? ''];
  return (
    <div>
      {saying === undefined ? null : <Notice tone="good">{saying}</Notice>}
      {verified && !verified.intact ? <Notice tone="bad">The last verification found: {verified.says}</Notice> : null}
      <dl class="key-values">
        <dt>Last verified</dt>
        <dd>
          {verified ? (
            <span>
              <span class={`chip ${verified.intact ? 'good' : 'bad'}`}>
                {verified.intact ? '✓ Intact' : '✕ Tampered with'}
              </span>{' '}
              <When at={verified.at} now={now} /> by {verified.by}
              {verified.transitions === null ? '' : `, over ${count(verified.transitions)} transitions`}.{' '}
              {verified.says}
            </span>
          ) : (
            'Never yet: verify it below.'
          )}
        </dd>
        <dt>Last checkpoint</dt>
        <dd>
          {checkpoint ? (
            <span>
              <Figure of="log.checkpoint" value={checkpoint.n}>
                {`Number ${count(checkpoint.n)}`}
              </Figure>
              , <When at={checkpoint.sealedAt} now={now} />, seals{' '}
              <Figure of="log.sealed" value={checkpoint.total}>
                {count(checkpoint.total)}
              </Figure>{' '}
              transitions. Root <code>{checkpoint.root.slice(0, 16)}</code>, key <code>{checkpoint.key}</code>
            </span>
          ) : (
            'None yet: the first is made seconds after the first transition.'
          )}
        </dd>
        <dt>Waits to be sealed</dt>
        <dd>{waitingWords(state)}</dd>
      </dl>
      <form method="post" action="/audit/verify" class="no-print">
        <input type="hidden" name="csrf" value={visit.who.csrf} />
        <button type="submit" class="second" disabled={state.running}>
          {state.running ? 'Being verified …' : 'Verify the whole log'}
        </button>
      </form>
    </div>
  );
}

function waitingWords({ waiting, waitingMax, lagMs }: State): string {
  if (waiting === 0 && lagMs === 0) return 'Nothing: every transition is sealed.';
  const many = waiting >= waitingMax ? `${count(waiting)} or more` : count(waiting);
  return `${many} transitions, the oldest since ${span(lagMs)}.`;
}
