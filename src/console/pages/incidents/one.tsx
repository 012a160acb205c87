// /incidents/:incident: what is the case, who takes care of it, what was noted, and the way to end it that its kind has.
import { isId } from '../../../core/ids.ts';
import { incidentWords, isIncidentKind } from '../../../core/incident-kinds.ts';
import { nameActors } from '../../../services/reports/name-actors.ts';
import { type IncidentView, readIncident } from '../../../services/reports/read-incidents.ts';
import { listCarers } from '../../../services/settling/care-for-incidents.ts';
import { titleOf } from '../../diagram/words.ts';
import { page } from '../../frame.tsx';
import { ActForm } from '../../parts/act-form.tsx';
import { Chip } from '../../parts/chip.tsx';
import { PostForm } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Subject } from '../../parts/subject.tsx';
import { When } from '../../parts/when.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { saidOn } from '../../said.ts';
import { actorWords } from '../../timeline/actors.ts';
import { plural, sentence } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { Ending } from './ending.tsx';
import { aboutOf } from './words.ts';

export async function incidentPage(visit: OwnVisit): Promise<Response> {
  const { desk, request } = visit;
  const id = request.req.param('incident') ?? '';
  const view = isId('inc', id) ? await readIncident(desk.context, id) : undefined;
  if (!view) return notFoundPage(visit);
  const { incident } = view;
  const names = await nameActors(desk.context, [incident.settled_by, ...view.notes.map((one) => one.author)]);
  const words = isIncidentKind(incident.kind) ? incidentWords[incident.kind] : null;
  const open = incident.settled_at === null;
  const now = desk.context.now();
  const said = saidOn(visit);
  return page(
    visit,
    { title: words?.title ?? sentence(incident.kind) },
    <p>
      <a href="/incidents">‹ Incidents</a>
    </p>,
    <h1>
      {words?.title ?? sentence(incident.kind)} <Chip tone={open ? 'bad' : 'good'}>{open ? 'Open' : 'Settled'}</Chip>
    </h1>,
    <p class="lead">{aboutOf(incident)}.</p>,
    said ? <Notice tone={said.tone}>{said.text}</Notice> : null,
    open ? (
      <p class="standing bad" role="status">
        Open since <When at={incident.opened_at} now={now} />
        {incident.times > 1 ? ` and found ${plural(incident.times, 'time')}` : ''}. It is the turn of{' '}
        <b>{incident.owner}</b>
        {incident.assigned_name === null
          ? ', and nobody has taken it on'
          : `; ${incident.assigned_name} takes care of it`}
        .{' '}
        {words === null
          ? ''
          : `${words.todo} If nobody acts: ${words.otherwise.charAt(0).toLowerCase()}${words.otherwise.slice(1)}`}
      </p>
    ) : (
      <p class="standing good" role="status">
        Settled <When at={incident.settled_at} now={now} /> by {actorWords(incident.settled_by, names)}:{' '}
        {incident.resolution}
      </p>
    ),
    <Facts visit={visit} view={view} means={words?.means ?? ''} />,
    await Ending({ visit, view }),
    open ? await Care({ visit, view }) : null,
    <h2 id="notes">Notes</h2>,
    <Notes visit={visit} view={view} names={names} now={now} />,
  );
}

function Facts({ visit, view: { incident }, means }: { visit: OwnVisit; view: IncidentView; means: string }) {
  const { subject_id: subject, connection_id: connection, writeback_id: writeback, event_id: event } = incident;
  return (
    <dl class="facts">
      {means === '' ? null : (
        <>
          <dt>What that means</dt>
          <dd>{means}</dd>
        </>
      )}
      {subject === null ? null : (
        <>
          <dt>Subject</dt>
          <dd>
            <Subject visit={visit} id={subject} />
            {incident.state === null ? '' : `, in ${titleOf(incident.state)}`}
          </dd>
        </>
      )}
      {connection === null ? null : (
        <>
          <dt>Connection</dt>
          <dd>{connection}</dd>
        </>
      )}
      {writeback === null ? null : (
        <>
          <dt>Write</dt>
          <dd>
            <a href={`/writebacks/${writeback}`}>
              <code>{writeback}</code>
            </a>
          </dd>
        </>
      )}
      {event === null ? null : (
        <>
          <dt>Event</dt>
          <dd>
            <code>{event}</code>
          </dd>
        </>
      )}
      <dt>Incident</dt>
      <dd>
        <code>{incident.id}</code>
      </dd>
    </dl>
  );
}

/** Who takes it on: anybody who could settle it. */
async function Care({ visit, view: { incident } }: { visit: OwnVisit; view: IncidentView }) {
  const { who, desk } = visit;
  if (!isOperator(who)) return null;
  const action = `/incidents/${incident.id}/assign`;
  const carers = await listCarers(desk.context);
  return (
    <section aria-labelledby="care">
      <h2 id="care">Who takes care of it</h2>
      <div class="acts">
        {incident.assigned_to === who.account ? null : (
          <PostForm action={action} who={who}>
            <input type="hidden" name="account" value={who.account} />
            <button type="submit" class="second">
              Take it on myself
            </button>
          </PostForm>
        )}
        <ActForm
          id="assign"
          label="Give it to somebody"
          action={action}
          who={who}
          fields={{}}
          meaning="Whoever can settle it can take care of it."
          reason={null}
        >
          <div class="field">
            <label for="assign-account">To whom</label>
            <select id="assign-account" name="account">
              {carers.map((one) => (
                <option value={one.id} selected={one.id === incident.assigned_to}>
                  {one.name}
                </option>
              ))}
              <option value="">Nobody</option>
            </select>
          </div>
        </ActForm>
      </div>
    </section>
  );
}

interface NotesProps {
  visit: OwnVisit;
  view: IncidentView;
  names: ReadonlyMap<string, string>;
  now: number;
}

function Notes({ visit, view: { incident, notes }, names, now }: NotesProps) {
  return (
    <>
      {notes.length === 0 ? <p class="quiet">Nobody has noted anything yet.</p> : null}
      {notes.length === 0 ? null : (
        <ol class="notes">
          {notes.map((one) => (
            <li>
              <b>{actorWords(one.author, names)}</b> <When at={one.at} now={now} />
              <br />
              {one.body ?? <span class="quiet">Gone: the person was erased.</span>}
            </li>
          ))}
        </ol>
      )}
      {isOperator(visit.who) ? (
        <div class="narrow-left">
          <PostForm action={`/incidents/${incident.id}/notes`} who={visit.who}>
            <div class="field">
              <label for="note">Note something</label>
              <input id="note" name="note" type="text" maxlength={2_000} required autocomplete="off" />
              <p class="hint">For those who come after. It is never changed; it goes when the person is erased.</p>
            </div>
            <button type="submit" class="second">
              Note it
            </button>
          </PostForm>
        </div>
      ) : null}
    </>
  );
}
