// The facts of one connection: writing and its circuit, reading and polling, what is gone at the vendor, what nobody has mapped.
import type { ConnectionHealth } from '../../../services/connections/read-connection-health.ts';
import type { UnknownFieldView } from '../../../services/intake/unknown-fields.ts';
import { circuitWords, rateWords } from '../../connection-words.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { When } from '../../parts/when.tsx';
import { count, none, percent, plural, sentence } from '../../words.ts';
import { reasonWords } from '../../writeback-words.ts';

export function Writes({ health, now }: { health: ConnectionHealth; now: number }) {
  const { connection } = health;
  return (
    <section aria-labelledby="writing">
      <h2 id="writing">Writing</h2>
      <dl class="facts">
        <dt>Status</dt>
        <dd>{connection.status}</dd>
        <dt>Circuit</dt>
        <dd>
          {circuitWords[connection.circuit] ?? connection.circuit}
          {connection.circuitReason === null ? '' : `, because: ${circuitReason(connection.circuitReason)}`}
        </dd>
        <dt>Tried again</dt>
        <dd>
          <When at={health.circuitUntil} now={now} />
        </dd>
        <dt>Asked to wait until</dt>
        <dd>
          <When at={health.blockedUntil} now={now} />
        </dd>
        <dt>Pace</dt>
        <dd>{rateWords(health)}</dd>
        <dt>Gets</dt>
        <dd>{scopeWords(health)}</dd>
        <dt>Secrets set</dt>
        <dd>{connection.secrets.length === 0 ? none : connection.secrets.join(', ')}</dd>
        <dt>Access token good until</dt>
        <dd>
          <When at={health.tokenUntil} now={now} />
        </dd>
      </dl>
    </section>
  );
}

const circuitReason = (code: string): string =>
  code === 'unauthorised' ? 'the credentials were refused' : sentence(code).toLowerCase();

function scopeWords({ connection: { scope } }: ConnectionHealth): string {
  const parts = Object.entries(scope).map(([name, values]) => `${name}: ${values.join(', ')}`);
  return parts.length === 0 ? 'everything' : parts.join('; ');
}

export function Reads({ health, now }: { health: ConnectionHealth; now: number }) {
  const { connection } = health;
  return (
    <section aria-labelledby="reading">
      <h2 id="reading">Reading</h2>
      <dl class="facts">
        <dt>Last polled</dt>
        <dd>
          <When at={health.polledAt} now={now} />
          {health.pollFailure === null ? '' : `; the last try failed: ${reasonWords(health.pollFailure)}`}
        </dd>
        {health.lastFile && (
          <>
            <dt>Last file</dt>
            <dd>
              <When at={health.lastFile.at} now={now} />
              {health.lastFile.side === 'in'
                ? `, dropped: ${health.lastFile.state}`
                : `, for it: ${health.lastFile.state}`}
            </dd>
          </>
        )}
        <dt>Last round of the sweep</dt>
        <dd>
          <When at={health.sweptAt} now={now} /> <span class="quiet">{plural(health.rounds, 'round')} so far</span>
        </dd>
        <dt>Share for reading</dt>
        <dd>{percent(connection.sweepShare)} of the pace</dd>
        <dt>Stages and fields read</dt>
        <dd>
          <When at={health.catalogueReadAt} now={now} />
        </dd>
        <dt>They last changed</dt>
        <dd>
          <When at={health.catalogueChangedAt} now={now} />
        </dd>
        <dt>Webhooks go to</dt>
        <dd>
          <code>{`/hooks/${connection.id}`}</code>
        </dd>
      </dl>
    </section>
  );
}

export function Gone({ health }: { health: ConnectionHealth }) {
  return (
    <div>
      {health.missing.length > 0 ? (
        <p>{plural(health.lanesGone, 'subject')} wait for them. Everything else is written as ever.</p>
      ) : null}
      <DataTable
        caption="What is gone, and what it holds up"
        hideCaption
        columns={[{ head: 'Gone' }, { head: 'Kind' }, { head: 'States held up' }, { head: 'Elements' }]}
        rows={health.missing.map((one) => [
          one.name,
          one.kind,
          one.states.join(', ') || none,
          one.elements.join(', ') || none,
        ])}
        empty="Every stage and field of the mapping is there, or the system gives no list of them."
      />
    </div>
  );
}

interface UnknownFieldsProps {
  fields: readonly UnknownFieldView[];
  stages: readonly string[];
  now: number;
}

export function UnknownFields({ fields, stages, now }: UnknownFieldsProps) {
  return (
    <div>
      {stages.length === 0 ? null : (
        <p>
          Stages:{' '}
          {stages.map((stage) => (
            <span class="chip warn">{stage}</span>
          ))}
        </p>
      )}
      <DataTable
        caption="Fields that came and are kept out, the most frequent first"
        hideCaption
        columns={[
          { head: 'Field' },
          { head: 'Why' },
          { head: 'Seen', numeric: true },
          { head: 'First' },
          { head: 'Last' },
        ]}
        rows={fields
          .slice(0, 50)
          .map((one) => [
            one.pointer === '' ? 'all others' : <code>{one.pointer}</code>,
            one.code === null ? 'nobody has mapped it' : `could not be read: ${sentence(one.code).toLowerCase()}`,
            count(one.seen),
            <When at={one.firstSeenAt} now={now} />,
            <When at={one.lastSeenAt} now={now} />,
          ])}
        empty="Every field that came is mapped."
      />
      {fields.length > 50 ? <p class="quiet">The first 50 of {count(fields.length)}.</p> : null}
    </div>
  );
}

interface QuarantineProps {
  rows: readonly { id: string; code: string | null; receivedAt: string }[];
  now: number;
}

export function Quarantine({ rows, now }: QuarantineProps) {
  return (
    <DataTable
      caption="Payloads that nobody understood, the latest first"
      hideCaption
      columns={[{ head: 'Event' }, { head: 'Why' }, { head: 'Came' }]}
      rows={rows.map((one) => [
        <code>{one.id}</code>,
        one.code === null ? none : sentence(one.code),
        <When at={one.receivedAt} now={now} />,
      ])}
      empty="Everything that came was understood."
    />
  );
}
