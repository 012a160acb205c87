// /writebacks/:writeback: one change that one system must show, every attempt at it, and what can be done about it or its lane.
import { isId } from '../../../core/ids.ts';
import { readWriteback } from '../../../services/reports/read-writebacks.ts';
import type { AttemptView, WritebackView } from '../../../services/reports/timeline-entries.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Decide, Reason, Tick } from '../../parts/decide.tsx';
import { Live } from '../../parts/live.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count, none, span } from '../../words.ts';
import { answerWords, confirmedBy, heldWords, reasonWords, statusWords } from '../../writeback-words.ts';
import { notFoundPage } from '../problem.tsx';

const sayings: Readonly<Record<string, string>> = {
  redrive: 'It is tried again now. What comes of it is shown here.',
  waive: 'It is waived. Its lane has moved on.',
  hold: 'The lane is held: nothing more is written there until it is released.',
  release: 'The hold is taken away.',
};

export interface RefusedDecision {
  verb: 'redrive' | 'waive';
  fault: string;
  reason: string;
}

export async function writebackPage(visit: OwnVisit): Promise<Response> {
  const id = visit.request.req.param('writeback') ?? '';
  return isId('wrb', id) ? showWriteback(visit, id, null) : notFoundPage(visit);
}

export async function showWriteback(visit: OwnVisit, id: string, refused: RefusedDecision | null): Promise<Response> {
  const view = await readWriteback(visit.desk.context, id);
  if (!view) return notFoundPage(visit);
  const said = sayings[visit.request.req.query('said') ?? ''];
  const body = (
    <div>
      <Facts visit={visit} view={view} />
      <h2>Attempts</h2>
      <Attempts attempts={view.attempts} now={visit.desk.context.now()} />
    </div>
  );
  const over = ['confirmed', 'waived', 'superseded'].includes(view.status);
  return page(
    visit,
    { title: `Write to ${view.connection}`, status: refused === null ? 200 : 422 },
    <p>
      <a href={`/writebacks?status=${view.status}`}>‹ Writebacks</a>
    </p>,
    <h1>
      Write “{view.eventType}” to {view.connection}
    </h1>,
    refused === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    refused === null ? null : <Notice tone="bad">{refused.fault}</Notice>,
    over ? (
      <div id="live">{body}</div>
    ) : (
      <Live address={`/writebacks/${view.id}`} seconds={5}>
        {body}
      </Live>
    ),
    isOperator(visit.who) ? <Decisions visit={visit} view={view} refused={refused} /> : null,
  );
}

function Facts({ visit, view }: { visit: OwnVisit; view: WritebackView }) {
  const now = visit.desk.context.now();
  const [word, tone] = statusWords[view.status] ?? [view.status, 'plain' as const];
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>
        <Chip tone={tone}>{word}</Chip> {view.settledAt === null ? null : <When at={view.settledAt} now={now} />}
      </dd>
      <dt>{view.status === 'confirmed' ? 'Known by' : 'Why'}</dt>
      <dd>{view.status === 'confirmed' ? (confirmedBy[view.settledBy ?? ''] ?? none) : reasonWords(view.reason)}</dd>
      <dt>Must show</dt>
      <dd>
        <code>{view.to}</code> <span class="quiet">after</span> <code>{view.from}</code>
      </dd>
      <dt>Subject</dt>
      <dd>
        <Subject visit={visit} id={view.subject} />, version {count(view.version)}
      </dd>
      <dt>Lane</dt>
      <dd>
        number {count(view.lane)}
        {view.held === null ? '' : `; held: ${heldWords(view.held)}`}
        {view.status === 'ready' && !view.head ? '; waits behind another' : ''}
      </dd>
      <dt>Next try</dt>
      <dd>
        <When at={view.dueAt} now={now} />
      </dd>
      <dt>Made</dt>
      <dd>
        <When at={view.createdAt} now={now} />{' '}
        <span class="quiet">because of: {causeWords[view.cause] ?? view.cause}</span>
      </dd>
      <dt>May overwrite</dt>
      <dd>
        {view.overwrites.length === 0
          ? 'only what we wrote'
          : view.overwrites.includes('*')
            ? 'whatever is there'
            : view.overwrites.join(', ')}
      </dd>
      <dt>Id</dt>
      <dd>
        <code>{view.id}</code>
      </dd>
    </dl>
  );
}

const causeWords: Readonly<Record<string, string>> = {
  transition: 'a transition',
  origin: 'a transition that this system caused',
  revert: 'what the system shows is written back',
  element: 'a value that changed',
};

function Attempts({ attempts, now }: { attempts: readonly AttemptView[]; now: number }) {
  return (
    <DataTable
      caption="Attempts, the first on top"
      hideCaption
      columns={[
        { head: 'Attempt' },
        { head: 'To' },
        { head: 'Answer' },
        { head: 'Why' },
        { head: 'Precondition', meaning: 'What made the system refuse a write over something that had changed' },
        { head: 'Sent' },
        { head: 'Took', numeric: true },
      ]}
      rows={attempts.map((one) => [
        count(one.attempt),
        one.mode === 'confirm' ? 'read again' : 'write',
        answerWords(one.outcome, one.httpStatus),
        reasonWords(one.reason),
        one.precondition ?? none,
        <When at={one.dispatchedAt} now={now} />,
        span(one.tookMs),
      ])}
      empty="Nothing was tried yet."
    />
  );
}

function Decisions({
  visit,
  view,
  refused,
}: {
  visit: OwnVisit;
  view: WritebackView;
  refused: RefusedDecision | null;
}) {
  const { who } = visit;
  const kept = (verb: RefusedDecision['verb']): string => (refused?.verb === verb ? refused.reason : '');
  const lane = `/lanes/${view.subject}/${view.connection}`;
  const held = view.held?.startsWith('operator: ') ?? false;
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">What can be done</h2>
      {view.status === 'dead' ? (
        <Decide action={`/writebacks/${view.id}/redrive`} who={who}>
          <Reason id="redrive" value={kept('redrive')} label="Why it should be tried again" />
          <Tick name="force">Overwrite whatever is shown there</Tick>
          <button type="submit">Redrive</button>
        </Decide>
      ) : null}
      {view.status === 'dead' || view.status === 'ready' ? (
        <Decide action={`/writebacks/${view.id}/waive`} who={who}>
          <Reason id="waive" value={kept('waive')} label="Why it need not be shown" />
          <button type="submit" class="second">
            Waive
          </button>
        </Decide>
      ) : null}
      <Decide action={`${lane}/${held ? 'release' : 'hold'}`} who={who}>
        <input type="hidden" name="back" value={`/writebacks/${view.id}`} />
        <Reason
          id="lane"
          label={
            held
              ? 'Why the lane may move on'
              : `Why nothing more may be written to ${view.connection} about this subject`
          }
        />
        <button type="submit" class="second">
          {held ? 'Release the lane' : 'Hold the lane'}
        </button>
      </Decide>
    </section>
  );
}
