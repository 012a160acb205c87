// The way to end an incident that its kind has: choose a value, link two persons or not, redrive, replay, or say how it was settled.

import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { readConflictValues } from '../../../services/reports/read-conflicts.ts';
import type { IncidentView } from '../../../services/reports/read-incidents.ts';
import { titleOf } from '../../diagram/words.ts';
import { ActForm } from '../../parts/act-form.tsx';
import { Subject } from '../../parts/subject.tsx';
import { isOperator, type OwnVisit, personalReaders } from '../../route.ts';
import { percent } from '../../words.ts';
import { reasonWords } from '../../writeback-words.ts';
import { ConflictValues } from './values.tsx';

interface EndingProps {
  visit: OwnVisit;
  view: IncidentView;
}

export async function Ending({ visit, view }: EndingProps) {
  const { incident } = view;
  switch (incident.kind) {
    case 'field_conflict': {
      const may = visit.who.roles.some((role) => personalReaders.includes(role));
      const values = may
        ? await readConflictValues(visit.desk.context, incident.id, {
            actor: actorOf(visit.who),
            requestId: visit.request.get('requestId'),
          })
        : undefined;
      return <ConflictValues visit={visit} incident={incident} values={values} mayRead={may} />;
    }
    case 'duplicate_profile':
      return <TwoPersons visit={visit} view={view} />;
    case 'dead_writeback':
      return <DeadWrite visit={visit} view={view} />;
    case 'quarantined_event':
      return <Quarantined visit={visit} view={view} />;
    default:
      return <ByHand visit={visit} view={view} />;
  }
}

function ByHand({ visit, view: { incident } }: EndingProps) {
  if (incident.settled_at !== null || !isOperator(visit.who)) return null;
  const own = incident.kind === 'mapping_gone' || incident.kind === 'polling_stale' || incident.kind === 'divergence';
  return (
    <section aria-labelledby="settle">
      <h2 id="settle">Settle it</h2>
      {own ? (
        <p>It ends by itself as soon as the cause is gone. Settle it by hand only when nothing more will come.</p>
      ) : null}
      <div class="acts">
        <ActForm
          id="settle"
          label="Settle"
          action={`/incidents/${incident.id}/settle`}
          who={visit.who}
          fields={{}}
          meaning="It is closed, with your words on how."
          reason="How it was settled (kept in the audit log; nothing personal)"
          first={!own}
        />
      </div>
    </section>
  );
}

function DeadWrite({ visit, view: { incident, writeback } }: EndingProps) {
  if (incident.settled_at !== null) return null;
  if (writeback?.status !== 'dead')
    return <ByHand visit={visit} view={{ incident, writeback, notes: [], persons: [] }} />;
  const shared = {
    action: `/subjects/${writeback.subject_id}/acts`,
    who: visit.who,
    fields: { writeback: writeback.id, back: `/incidents/${incident.id}` },
  };
  return (
    <section aria-labelledby="settle">
      <h2 id="settle">Try again, or let go</h2>
      <p>
        {reasonWords(writeback.reason)}. It was to show {titleOf(writeback.target_state)} in {writeback.connection_id}.
      </p>
      {isOperator(visit.who) ? (
        <div class="acts">
          <ActForm
            {...shared}
            id="redrive"
            label="Redrive"
            fields={{ ...shared.fields, act: 'redrive' }}
            meaning={`It is written to ${writeback.connection_id} once more, now. What waits behind it follows.`}
            first
          />
          <ActForm
            {...shared}
            id="waive"
            label="Waive"
            fields={{ ...shared.fields, act: 'waive' }}
            meaning={`${writeback.connection_id} need not show it. The lane goes on with what comes next.`}
          />
        </div>
      ) : null}
    </section>
  );
}

function TwoPersons({ visit, view: { incident, persons } }: EndingProps) {
  const evidence = (incident.detail.evidence ?? {}) as Record<string, unknown>;
  const alike = [
    evidence.email === true ? 'the same address' : null,
    evidence.phone === true ? 'the same telephone number' : null,
    evidence.otherPhone === true ? 'but different telephone numbers' : null,
    typeof evidence.name === 'number' ? `names that are ${percent(evidence.name)} alike` : null,
  ].filter((one): one is string => one !== null);
  const action = `/incidents/${incident.id}/link`;
  return (
    <section aria-labelledby="settle">
      <h2 id="settle">Are they one human?</h2>
      <p>{alike.length === 0 ? 'What they share is gone.' : `They have ${alike.join(', ')}.`}</p>
      <div class="two-values">
        {persons.map(({ person, subjects }) => (
          <section>
            <h3>
              <code>{person}</code>
            </h3>
            {subjects.map((one) => (
              <p>
                <Subject visit={visit} id={one.id} /> {titleOf(one.machine)}, {titleOf(one.state)}
              </p>
            ))}
          </section>
        ))}
      </div>
      {incident.settled_at === null && isOperator(visit.who) ? (
        <div class="acts">
          <ActForm
            id="same"
            label="They are one"
            action={action}
            who={visit.who}
            fields={{ same: 'yes' }}
            meaning="They are found, exported and erased together from then on. It can not be taken back."
          />
          <ActForm
            id="different"
            label="They are two"
            action={action}
            who={visit.who}
            fields={{ same: 'no' }}
            meaning="It is not proposed again."
          />
        </div>
      ) : null}
    </section>
  );
}

function Quarantined({ visit, view }: EndingProps) {
  const { incident } = view;
  const stage = typeof incident.detail.stage === 'string' ? incident.detail.stage : null;
  if (incident.settled_at !== null) return null;
  const connection = incident.connection_id ?? '';
  return (
    <>
      <section aria-labelledby="replay">
        <h2 id="replay">Mend, then replay</h2>
        <p>
          {typeof incident.detail.next === 'string'
            ? incident.detail.next
            : 'Mend the settings of the connection, then replay the event.'}
        </p>
        <p>
          {stage === null ? null : (
            <a href={`/events?${new URLSearchParams({ tab: 'quarantined', connection, stage })}`}>
              All that wait for “{stage}”
            </a>
          )}
        </p>
        {incident.event_id !== null && isOperator(visit.who) ? (
          <div class="acts">
            <ActForm
              id="replay"
              label="Replay the event"
              action="/events/replay"
              who={visit.who}
              fields={{ [`tick-${incident.event_id}`]: 'on', back: `/incidents/${incident.id}` }}
              meaning={`It is translated with the settings that ${connection === '' ? 'the connection' : connection} has now, and recorded. Nothing is recorded twice.`}
              reason={null}
              first
            />
          </div>
        ) : null}
      </section>
      <ByHand visit={visit} view={view} />
    </>
  );
}
