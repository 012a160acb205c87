// Alerts, rules and channels as pages, the API and the command line show them.
import { type Condition, conditionSchema, isBreached, type Reading, type Rule } from '../../core/alerts/alert.ts';
import { defaultRules } from '../../core/alerts/defaults.ts';
import { sentence } from '../../core/alerts/words.ts';
import { limits } from '../../core/limits.ts';
import { type AlertQuery, type AlertRow, listAlerts } from '../../store/alerts/alerts.ts';
import { type ChannelRow, listChannels } from '../../store/alerts/channels.ts';
import { type DeliveryRow, listDeliveries } from '../../store/alerts/deliveries.ts';
import { insertDefaultRules, listRules } from '../../store/alerts/rules.ts';
import type { Context } from '../context.ts';
import { ruleOf } from './watch-alerts.ts';

export interface AlertView {
  id: string;
  rule: string;
  status: 'firing' | 'over';
  severity: 'warning' | 'critical';
  condition: Condition;
  connection: string | null;
  value: number;
  /** One sentence. */
  text: string;
  since: string;
  firedAt: string;
  overAt: string | null;
  /** How often somebody was told. */
  told: number;
  deliveries: DeliveryRow[];
}

export interface RuleView extends Rule {
  builtin: boolean;
  /** At the last look, the worst first; `breached` where it is beyond the rule's bound. */
  readings: (Reading & { breached: boolean })[];
  readAt: string | null;
  /** The figure could not be read at the last look. */
  failed: boolean;
}

const deliveriesPerAlert = 10;

/** The newest first; one row more than asked for tells that there are more. */
export async function readAlerts(context: Pick<Context, 'database' | 'now'>, query: AlertQuery): Promise<AlertView[]> {
  const db = context.database.reports;
  const rows = await listAlerts(db, query);
  const deliveries = await listDeliveries(
    db,
    rows.map(({ id }) => id),
    rows.length * deliveriesPerAlert,
  );
  return rows.map((row) =>
    viewOf(
      context.now(),
      row,
      deliveries.filter(({ alert_id }) => alert_id === row.id),
    ),
  );
}

function viewOf(now: number, row: AlertRow, deliveries: DeliveryRow[]): AlertView {
  const condition = conditionSchema.parse(row.condition);
  const lastedMs = (row.over_at === null ? now : Date.parse(row.over_at)) - Date.parse(row.since_at);
  const found = { about: row.about, value: row.value, lastedMs };
  return {
    id: row.id,
    rule: row.rule_id,
    status: row.status,
    severity: row.severity,
    condition,
    connection: row.about === '' ? null : row.about,
    value: row.value,
    text: sentence(row.status === 'over' ? 'over' : 'firing', { condition }, found),
    since: row.since_at,
    firedAt: row.fired_at,
    overAt: row.over_at,
    told: row.told,
    deliveries,
  };
}

/** By name, each with what was found at the last look. */
export async function readAlertRules(context: Pick<Context, 'database'>): Promise<RuleView[]> {
  const db = context.database.engine;
  const rows = await listRules(db, limits.alertRulesMax);
  // Before the first look of any process.
  if (rows.length === 0) {
    await insertDefaultRules(db, defaultRules);
    return readAlertRules(context);
  }
  return rows.map((row) => {
    const rule = ruleOf(row);
    const { values = [], failed = false } = (row.reading ?? {}) as { values?: Reading[]; failed?: boolean };
    return {
      ...rule,
      builtin: row.builtin,
      readings: values.map((one) => ({ ...one, breached: isBreached(rule.condition, one.value) })),
      readAt: row.read_at,
      failed,
    };
  });
}

export const readAlertChannels = ({ database }: Pick<Context, 'database'>): Promise<ChannelRow[]> =>
  listChannels(database.reports, limits.alertChannelsMax);

/** The newest messages over all channels, tests included. */
export const readDeliveries = ({ database }: Pick<Context, 'database'>, rowsMax: number): Promise<DeliveryRow[]> =>
  listDeliveries(database.reports, null, rowsMax);
