// Rules of alerts are added, changed, turned off and removed here, for pages, the API and the command line alike; every change is audited.
import { type Condition, conditionSchema, type Rule, termsSchema } from '../../core/alerts/alert.ts';
import { defaultRules } from '../../core/alerts/defaults.ts';
import { limits } from '../../core/limits.ts';
import { isWithin } from '../../core/machine/machine.ts';
import { listChannelNames } from '../../store/alerts/channels.ts';
import { countRules, deleteRule, findRule, insertDefaultRules, saveRule } from '../../store/alerts/rules.ts';
import { findConnection } from '../../store/connections/connections.ts';
import type { Context } from '../context.ts';
import { type Actor, writeAudit } from '../write-audit.ts';

export type Refused = {
  kind: 'refused';
  code: 'unknown_alert_rule' | 'unknown_alert_channel' | 'builtin_alert_rule' | 'invalid_alert' | 'too_many_alerts';
  problems: { pointer: string; detail: string }[];
};
export type Saved = { kind: 'saved' } | Refused;

export const refused = (code: Refused['code'], pointer: string, detail: string): Refused => ({
  kind: 'refused',
  code,
  problems: [{ pointer, detail }],
});

/** Who, and under which request. */
export interface By {
  actor: Actor;
  requestId?: string | undefined;
}

type Parts = Pick<Context, 'database' | 'machines'>;

/** Adds a rule under this name, or replaces the one that has it. */
export async function saveAlertRule(context: Parts, by: By, rule: Rule): Promise<Saved> {
  const db = context.database.engine;
  const problems = await problemsOf(context, rule);
  if (problems.length > 0) return { kind: 'refused', code: 'invalid_alert', problems };
  await insertDefaultRules(db, defaultRules);
  return db.transaction().execute(async (tx) => {
    const before = await findRule(tx, rule.id);
    if (!before && (await countRules(tx)) >= limits.alertRulesMax)
      return refused(
        'too_many_alerts',
        '/id',
        `there are ${limits.alertRulesMax} rules already, the most there may be`,
      );
    const { id, enabled } = rule;
    const condition = conditionSchema.parse(rule.condition);
    const terms = termsSchema.parse(rule.terms);
    await saveRule(tx, { id, enabled, condition, terms });
    await note(tx, by, before ? 'alert_rule.changed' : 'alert_rule.added', id, { enabled, condition, terms });
    return { kind: 'saved' };
  });
}

/** One that is there from the start can only be turned off. */
export async function removeAlertRule(context: Parts, by: By, id: string): Promise<Saved> {
  return context.database.engine.transaction().execute(async (tx) => {
    if (await deleteRule(tx, id)) {
      await note(tx, by, 'alert_rule.removed', id, {});
      return { kind: 'saved' };
    }
    return (await findRule(tx, id))
      ? refused('builtin_alert_rule', '/id', `"${id}" is there from the start; turn it off instead`)
      : refused('unknown_alert_rule', '/id', `there is no rule "${id}"`);
  });
}

/** A rule about what does not exist would be silent for ever. */
async function problemsOf(context: Parts, { condition, terms }: Rule): Promise<Refused['problems']> {
  const problems: Refused['problems'] = [];
  const connection = 'connection' in condition ? condition.connection : undefined;
  if (connection !== undefined) {
    const row = await findConnection(context.database.engine, connection);
    if (!row || row.status === 'removed')
      problems.push({ pointer: '/condition/connection', detail: `there is no connection "${connection}"` });
  }
  if (condition.watches === 'stuck') problems.push(...problemsOfStuck(context, condition));
  if (terms.channels !== 'all') {
    const known = await listChannelNames(context.database.engine);
    for (const channel of terms.channels)
      if (!known.includes(channel))
        problems.push({ pointer: '/terms/channels', detail: `there is no channel "${channel}"` });
  }
  return problems;
}

function problemsOfStuck(
  context: Pick<Context, 'machines'>,
  { machine, state, owner }: Extract<Condition, { watches: 'stuck' }>,
): Refused['problems'] {
  const leaves = context.machines.all().flatMap((one) => [...one.leaves.values()].map((leaf) => ({ ...leaf, one })));
  const problems: Refused['problems'] = [];
  if (state !== undefined && !leaves.some(({ path, one }) => one.name === machine && isWithin(path, state)))
    problems.push({ pointer: '/condition/state', detail: `${machine} has no state "${state}"` });
  const owners = ownersOf(context);
  if (owner !== undefined && !owners.includes(owner))
    problems.push({
      pointer: '/condition/owner',
      detail: `nobody is called "${owner}"; owners are ${owners.join(', ')}`,
    });
  return problems;
}

/** Everybody whose turn something can be. */
export const ownersOf = ({ machines }: Pick<Context, 'machines'>): string[] => [
  ...new Set([
    'recruiting operations',
    'integration',
    ...machines.all().flatMap((one) => [...one.leaves.values()].map(({ meta }) => meta.owner)),
  ]),
];

const note = (
  db: Parameters<typeof writeAudit>[0],
  { actor, requestId }: By,
  action: string,
  id: string,
  detail: Record<string, unknown>,
): Promise<void> =>
  writeAudit(db, {
    actor,
    action,
    objectKind: 'alert_rule',
    objectId: id,
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
