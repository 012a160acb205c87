// /alerts: what fires, the rules that make it so with their figures now, where it is told, and what was.
import { limits } from '../../../core/limits.ts';
import { readAlertChannels, readAlertRules, readAlerts, readDeliveries } from '../../../services/alerts/read-alerts.ts';
import { page } from '../../frame.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Live } from '../../parts/live.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isOperator, type OwnVisit } from '../../route.ts';
import { count } from '../../words.ts';
import { AddChannel } from './channel-form.tsx';
import { Channels, Firing, History, Rules } from './tables.tsx';

const historyRows = 50;
const messagesLookedAt = 100;

const sayings: Readonly<Record<string, string>> = {
  channel: 'The channel is there: alerts go there from now on. Try it.',
  'channel-removed': 'The channel is removed, and all that it held.',
  rule: 'The rule holds from the next look on, which is within half a minute.',
  'rule-removed': 'The rule is removed.',
};

export interface AlertsShown {
  status?: 200 | 409 | 422;
  notice?: { tone: 'good' | 'bad'; text: string };
  /** Made just now; shown on this page and never again. */
  secret?: string;
}

export async function alertsPage(visit: OwnVisit): Promise<Response> {
  return showAlerts(visit, {});
}

export async function showAlerts(visit: OwnVisit, { status = 200, notice, secret }: AlertsShown): Promise<Response> {
  const { context } = visit.desk;
  // One after the other: they share few connections with everybody's reports.
  const firing = await readAlerts(context, { status: 'firing', after: null, rowsMax: limits.pageRowsMax });
  const over = await readAlerts(context, { status: 'over', after: null, rowsMax: historyRows });
  const rules = await readAlertRules(context);
  const channels = await readAlertChannels(context);
  const said = notice ?? (await saidBy(visit));
  const now = context.now();
  return page(
    visit,
    { title: 'Alerts', status },
    <h1>Alerts</h1>,
    <p class="lead">
      Every half minute each rule is looked at. What is not as it should be is told once, again after a silence, and
      when it is over. Alerts hold names and figures, never anything about a person.
    </p>,
    said ? <Notice tone={said.tone}>{said.text}</Notice> : null,
    secret === undefined ? null : (
      <Notice tone="good">
        Its signing secret, shown this once: <code>{secret}</code>
      </Notice>
    ),
    <Live address="/alerts" topics={['alerts']} seconds={30}>
      <h2 id="firing">
        Firing now
        {firing.length === 0 ? null : (
          <>
            {' ('}
            <Figure of="alerts.firing" value={firing.length}>
              {count(firing.length)}
            </Figure>
            )
          </>
        )}
      </h2>
      <Firing visit={visit} alerts={firing} rules={rules} now={now} />
      <h2 id="rules">Rules</h2>
      <Rules visit={visit} rules={rules} now={now} />
      <h2 id="channels">Channels</h2>
      <Channels visit={visit} channels={channels} now={now} />
      <h2 id="history">What was</h2>
      <History alerts={over} now={now} />
    </Live>,
    isOperator(visit.who) ? <AddChannel who={visit.who} mail={context.mailer !== null} /> : null,
  );
}

async function saidBy({ desk, request }: OwnVisit): Promise<AlertsShown['notice'] | undefined> {
  const text = sayings[request.req.query('said') ?? ''];
  if (text !== undefined) return { tone: 'good', text };
  const tried = request.req.query('tried');
  if (tried === undefined) return undefined;
  const found = (await readDeliveries(desk.context, messagesLookedAt)).find(({ id }) => id === tried);
  if (!found) return undefined;
  return found.status === 'sent'
    ? { tone: 'good', text: `The test over ${found.channel_id} was taken: ${found.answer}.` }
    : { tone: 'bad', text: `The test over ${found.channel_id} was not taken: ${found.answer}.` };
}
