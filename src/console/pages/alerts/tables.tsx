// The tables of the page of alerts: what fires, rules with their figures, channels with their last message, and what was.
import { boundWords, scopeWords, valueWords, watchedMeanings, watchedNames } from '../../../core/alerts/words.ts';
import type { AlertView, RuleView } from '../../../services/alerts/read-alerts.ts';
import type { ChannelRow } from '../../../store/alerts/channels.ts';
import { alertPlace } from '../../alert-places.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Explained } from '../../parts/explained.tsx';
import { Figure } from '../../parts/figure.tsx';
import { When } from '../../parts/when.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { plural, span } from '../../words.ts';

const withoutBeginning = (text: string): string => text.replace(/^(Alert|Over): /, '');

export function Firing(props: {
  visit: OwnVisit;
  alerts: readonly AlertView[];
  rules: readonly RuleView[];
  now: number;
}) {
  const { visit, alerts, rules, now } = props;
  const looked = rules.map(({ readAt }) => readAt).filter((at) => at !== null);
  if (alerts.length === 0)
    return (
      <EmptyState>
        Nothing fires.{' '}
        {looked.length === 0 ? (
          'The rules have not been looked at yet.'
        ) : (
          <>
            Looked at <When at={looked.sort().at(-1) ?? null} now={now} />.
          </>
        )}
      </EmptyState>
    );
  return (
    <DataTable
      caption={plural(alerts.length, 'alert')}
      hideCaption
      columns={[
        { head: 'What' },
        { head: 'How grave' },
        { head: 'Since' },
        { head: 'Told', numeric: true },
        { head: 'Rule' },
      ]}
      rows={alerts.map((one) => {
        const place = alertPlace(visit, one);
        const text = withoutBeginning(one.text);
        return [
          <span id={one.id}>{place === null ? text : <a href={place}>{text}</a>}</span>,
          <span class={`chip ${one.severity === 'critical' ? 'bad' : 'warn'}`}>{one.severity}</span>,
          <When at={one.since} now={now} />,
          <Told alert={one} />,
          one.rule,
        ];
      })}
    />
  );
}

/** How often it was told, and how many of the messages were not taken. */
function Told({ alert: { id, told, deliveries } }: { alert: AlertView }) {
  const failed = deliveries.filter(({ status }) => status === 'failed').length;
  const waiting = deliveries.filter(({ status }) => status === 'waiting').length;
  return (
    <>
      <Figure of={`alerts.told.${id}`} value={told}>
        {told}
      </Figure>
      ×{deliveries.length === 0 ? ' (here only)' : ''}
      {failed > 0 ? <span class="chip bad">{failed} not taken</span> : null}
      {waiting > 0 ? <span class="chip">{waiting} waiting</span> : null}
    </>
  );
}

export function Rules({ visit, rules, now }: { visit: OwnVisit; rules: readonly RuleView[]; now: number }) {
  const mayChange = isOperator(visit.who);
  return (
    <>
      <DataTable
        caption="Rules with the figures of the last look"
        hideCaption
        columns={[
          { head: 'Rule' },
          { head: 'Watches' },
          { head: 'Told when' },
          { head: 'Now' },
          ...(mayChange ? [{ head: 'Change' }] : []),
        ]}
        rows={rules.map((rule) => {
          const { id, enabled, condition, terms } = rule;
          const lasting = terms.forMinutes > 0 ? ` for ${span(terms.forMinutes * 60_000)}` : '';
          return [
            <code>{id}</code>,
            <>
              <Explained id={`rule-${id}`} meaning={watchedMeanings[condition.watches]}>
                {watchedNames[condition.watches]}
              </Explained>
              <span class="quiet beneath">{scopeWords(condition)}</span>
            </>,
            `${boundWords(condition)}${lasting}`,
            <Now rule={rule} now={now} />,
            ...(mayChange ? [<a href={`/alerts/rules/${id}`}>{enabled ? 'Change' : 'Turn on or change'}</a>] : []),
          ];
        })}
      />
      {mayChange ? (
        <p>
          <a href="/alerts/rules">Add a rule</a>
        </p>
      ) : null}
    </>
  );
}

const shownReadings = 3;

function Now({ rule: { enabled, failed, readings, readAt, condition }, now }: { rule: RuleView; now: number }) {
  if (!enabled) return <span class="chip">off</span>;
  if (readAt === null) return <span class="quiet">not looked at yet</span>;
  if (failed)
    return (
      <span class="chip bad">
        could not be read <When at={readAt} now={now} />
      </span>
    );
  if (readings.length === 0) return <span class="quiet">nothing to look at</span>;
  const rest = readings.length - shownReadings;
  return (
    <ul class="readings">
      {readings.slice(0, shownReadings).map(({ about, value, breached }) => (
        <li>
          {about === '' ? null : `${about} `}
          <span class={breached ? 'chip bad' : 'figures'}>{valueWords(condition.watches, value)}</span>
        </li>
      ))}
      {rest > 0 ? <li class="quiet">and {rest} more</li> : null}
    </ul>
  );
}

export function Channels({ visit, channels, now }: { visit: OwnVisit; channels: readonly ChannelRow[]; now: number }) {
  const mayChange = isOperator(visit.who);
  if (channels.length === 0)
    return (
      <EmptyState>
        There are no channels: alerts are seen here and on the overview, and nobody is told.
        {mayChange ? ' Add one below.' : ' An admin or operator can add one.'}
      </EmptyState>
    );
  const act = (id: string, what: 'test' | 'remove', text: string) => (
    <form method="post" action={`/alerts/channels/${id}/${what}`}>
      <input type="hidden" name="csrf" value={visit.who.csrf} />
      <button class="plain" type="submit" aria-label={`${text}: ${id}`}>
        {text}
      </button>
    </form>
  );
  return (
    <DataTable
      caption="Channels with their last message"
      hideCaption
      columns={[
        { head: 'Channel' },
        { head: 'Leads to' },
        { head: 'Last message' },
        ...(mayChange ? [{ head: 'Do' }] : []),
      ]}
      rows={channels.map((one) => [
        <code>{one.id}</code>,
        `${one.kind === 'mail' ? 'mail to' : 'webhook at'} ${one.place}`,
        <LastMessage channel={one} now={now} />,
        ...(mayChange
          ? [
              <div class="deeds">
                {act(one.id, 'test', 'Send a test')}
                {act(one.id, 'remove', 'Remove')}
              </div>,
            ]
          : []),
      ])}
    />
  );
}

function LastMessage({ channel, now }: { channel: ChannelRow; now: number }) {
  return (
    <>
      {channel.last_at === null ? (
        <span class="quiet">none yet</span>
      ) : (
        <>
          <span class={`chip ${channel.last_status === 'sent' ? 'good' : 'bad'}`}>
            {channel.last_status === 'sent' ? 'taken' : 'not taken'}
          </span>{' '}
          {channel.last_answer}, <When at={channel.last_at} now={now} />
        </>
      )}
      {channel.waiting > 0 ? <span class="chip warn">{channel.waiting} waiting</span> : null}
    </>
  );
}

export function History({ alerts, now }: { alerts: readonly AlertView[]; now: number }) {
  return (
    <DataTable
      caption="Alerts that are over, the newest first"
      hideCaption
      empty="Nothing has fired yet."
      columns={[
        { head: 'What' },
        { head: 'Began' },
        { head: 'Over' },
        { head: 'Told', numeric: true },
        { head: 'Rule' },
      ]}
      rows={alerts.map((one) => [
        <span id={one.id}>{withoutBeginning(one.text)}</span>,
        <When at={one.since} now={now} />,
        <When at={one.overAt} now={now} />,
        <Told alert={one} />,
        one.rule,
      ])}
    />
  );
}
