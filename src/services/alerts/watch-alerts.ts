// Looks at every rule in turns of half a minute: what fires, repeats and is over goes into the tables together with its messages.
import { conditionSchema, type Reading, type Rule, termsSchema } from '../../core/alerts/alert.ts';
import { type Decision, decideAlert, type Telling } from '../../core/alerts/decide.ts';
import { defaultRules } from '../../core/alerts/defaults.ts';
import { boundWords, sentence, valueWords } from '../../core/alerts/words.ts';
import { limits } from '../../core/limits.ts';
import {
  endAlerts,
  findOpenAlerts,
  forgetAlerts,
  holdAlertTurn,
  type KnownAlert,
  saveAlert,
  takeAlertTurn,
} from '../../store/alerts/alerts.ts';
import { listChannelNames } from '../../store/alerts/channels.ts';
import { insertDeliveries, type NewDelivery } from '../../store/alerts/deliveries.ts';
import { insertDefaultRules, keepReadings, listRules, type RuleRow } from '../../store/alerts/rules.ts';
import type { Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';
import { readAlertFigures } from './read-alert-figures.ts';
import type { AlertMessage } from './send-alert.ts';

/** Call once; the answer is one round, which does nothing while it is not due or another process is at it. */
export function watchAlerts(context: Context, publicUrl: string): () => Promise<void> {
  let firing: { rule: string; severity: string }[] = [];
  context.metrics.follow('interlock_alerts_firing', 'Alerts that are not over', ['rule', 'severity'], () =>
    [...new Set(firing.map(({ rule }) => rule))].map((rule) => {
      const same = firing.filter((one) => one.rule === rule);
      return { labels: { rule, severity: same[0]?.severity ?? 'warning' }, value: same.length };
    }),
  );
  return async () => {
    const db = context.database.engine;
    const turn = await takeAlertTurn(db, limits.alertPollMs);
    if (turn === null) return;
    await insertDefaultRules(db, defaultRules);
    const rules = (await listRules(db, limits.alertRulesMax)).map(ruleOf);
    const figures = await readAlertFigures(
      context,
      rules.filter(({ enabled }) => enabled),
    );
    const told = await db.transaction().execute((tx) => judge(context, publicUrl, tx, turn, rules, figures));
    await keepReadings(db, readingsOf(figures));
    await forgetAlerts(db, limits.alertKeepMs, limits.alertForgetRowsMax);
    const severities = new Map(rules.map(({ id, terms }) => [id, terms.severity]));
    firing = (await findOpenAlerts(db))
      .filter(({ status }) => status === 'firing')
      .map(({ rule }) => ({ rule, severity: severities.get(rule) ?? 'warning' }));
    if (told > 0) context.changes.tell('alerts', 'overview');
  };
}

/** A row as the rule it holds; older rows get what has come to be since. */
export const ruleOf = ({ id, enabled, condition, terms }: RuleRow): Rule => ({
  id,
  enabled,
  condition: conditionSchema.parse(condition),
  terms: termsSchema.parse(terms),
});

type Figures = ReadonlyMap<string, readonly Reading[] | null>;

const readingsOf = (figures: Figures) =>
  [...figures].map(([id, values]) => ({ id, reading: { values: values ?? [], failed: values === null } }));

interface Round {
  context: Context;
  publicUrl: string;
  tx: Tx;
  now: number;
  channels: readonly string[];
  deliveries: NewDelivery[];
  forgotten: string[];
  over: string[];
}

/** Nothing of a round counts whose turn was lost meanwhile. Gives how many messages there are to send. */
async function judge(
  context: Context,
  publicUrl: string,
  tx: Tx,
  turn: number,
  rules: readonly Rule[],
  figures: Figures,
): Promise<number> {
  const now = await holdAlertTurn(tx, turn);
  if (now === null) return 0;
  const open = await findOpenAlerts(tx);
  const channels = await listChannelNames(tx);
  const round: Round = { context, publicUrl, tx, now, channels, deliveries: [], forgotten: [], over: [] };
  for (const rule of rules) {
    const values = figures.get(rule.id);
    // What could not be read says nothing, neither of the good nor of the bad.
    if (values !== null && values !== undefined)
      await judgeRule(
        round,
        rule,
        values,
        open.filter((one) => one.rule === rule.id),
      );
  }
  // A rule that was turned off or removed tells nobody of its end.
  const watched = new Set(rules.filter(({ enabled }) => enabled).map(({ id }) => id));
  for (const alert of open)
    if (!watched.has(alert.rule)) (alert.status === 'pending' ? round.forgotten : round.over).push(alert.id);
  await endAlerts(tx, round.forgotten, round.over);
  await insertDeliveries(tx, round.deliveries);
  return round.deliveries.length;
}

async function judgeRule(
  round: Round,
  rule: Rule,
  values: readonly Reading[],
  open: readonly KnownAlert[],
): Promise<void> {
  const readings = new Map(values.map((one) => [one.about, one]));
  for (const about of new Set([...readings.keys(), ...open.map((one) => one.about)])) {
    const before = open.find((one) => one.about === about) ?? null;
    const decision = decideAlert(rule, readings.get(about), before, round.now);
    await carryOut(round, rule, { id: before?.id ?? round.context.newId('alt'), about, before }, decision);
  }
}

async function carryOut(
  round: Round,
  rule: Rule,
  { id, about, before }: { id: string; about: string; before: KnownAlert | null },
  decision: Decision,
): Promise<void> {
  switch (decision.kind) {
    case 'quiet':
      return;
    case 'forgotten':
      return void round.forgotten.push(id);
    case 'over':
      round.over.push(id);
      return tell(round, rule, 'over', { id, about, value: before?.value ?? null, since: before?.since ?? round.now });
    case 'open': {
      const { alert, tell: telling } = decision;
      const { severity } = rule.terms;
      const condition = rule.condition;
      const tells = telling !== null;
      await saveAlert(round.tx, { ...alert, id, rule: rule.id, about, severity, condition, tells });
      if (telling !== null) tell(round, rule, telling, { id, about, value: alert.value, since: alert.since });
    }
  }
}

function tell(
  round: Round,
  rule: Rule,
  telling: Telling,
  { id, about, value, since }: { id: string; about: string; value: number | null; since: number },
): void {
  const { context, publicUrl, now, channels } = round;
  const wanted = rule.terms.channels === 'all' ? channels : channels.filter((one) => rule.terms.channels.includes(one));
  const found = { about, value, lastedMs: now - since };
  context.log.warn({ rule: rule.id, connection: about, alert: id, code: telling }, 'an alert was told');
  for (const channel of wanted) {
    const delivery = context.newId('dlv');
    const body: AlertMessage = {
      type: `alert.${telling}`,
      id: delivery,
      timestamp: new Date(now).toISOString(),
      text: sentence(telling, rule, found),
      url: `${publicUrl}/alerts#${id}`,
      data: {
        alert: id,
        rule: rule.id,
        severity: rule.terms.severity,
        watches: rule.condition.watches,
        connection: about === '' ? null : about,
        value,
        shown: valueWords(rule.condition.watches, value),
        bound: boundWords(rule.condition),
        since: new Date(since).toISOString(),
      },
    };
    round.deliveries.push({ id: delivery, alert_id: id, channel_id: channel, telling, body });
  }
}
