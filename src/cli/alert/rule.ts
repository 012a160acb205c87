// `alert rule …`: what is watched, from which value on it is told, and how often.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { fieldErrors } from '../../core/field-errors.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { noun, verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusal } from './refusal.ts';

interface SetOptions {
  file?: string;
  on?: boolean;
  off?: boolean;
}

export function ruleCommands(alert: Command, cli: Cli): void {
  const rule = noun(alert, 'rule', 'Rules of alerts');
  verb(rule, 'list', 'List rules, each with the figures of the last look', 'alert rule list').action(
    answering(cli, () => list(cli)),
  );
  verb(rule, 'set <name>', 'Add, replace, turn on or turn off a rule', 'alert rule set confirmed-rate --off')
    .option('--file <path>', 'a JSON file: {"condition": {"watches": "dead_letters", "atLeast": 5}, "terms": {}}')
    .option('--on', 'turn it on')
    .option('--off', 'turn it off')
    .action(answering(cli, (name: string, options: SetOptions) => set(cli, name, options)));
  verb(
    rule,
    'remove <name>',
    'Remove a rule; those that were there from the start are turned off instead',
    'alert rule remove late-offers',
  ).action(answering(cli, (name: string) => remove(cli, name)));
}

async function list(cli: Cli): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const [{ readAlertRules }, { boundWords, scopeWords, valueWords, watchedNames }] = await Promise.all([
      import('../../services/alerts/read-alerts.ts'),
      import('../../core/alerts/words.ts'),
    ]);
    const items = await readAlertRules(context);
    const rows = items.map(({ id, enabled, condition, readings, failed: unread }) => [
      id,
      enabled ? 'on' : 'off',
      watchedNames[condition.watches],
      scopeWords(condition),
      boundWords(condition),
      unread
        ? 'could not be read'
        : readings
            .slice(0, 3)
            .map(({ about, value }) => `${about === '' ? '' : `${about} `}${valueWords(condition.watches, value)}`)
            .join('; ') || '-',
    ]);
    return done({ items }, table(['rule', 'is', 'watches', 'of', 'told when', 'now'], rows, 'There are no rules.'));
  });
}

async function set(cli: Cli, name: string, { file, on, off }: SetOptions): Promise<Answer> {
  if (on && off) return misused('Say --on or --off, not both.');
  if (!file && !on && !off) return misused('Say what: --file, --on or --off.');
  const { alertNameSchema, conditionSchema, termsSchema } = await import('../../core/alerts/alert.ts');
  const { z } = await import('zod');
  if (!alertNameSchema.safeParse(name).success) return failed('invalid_name', `A rule cannot be called "${name}".`);
  const given = file === undefined ? null : await readJson(file);
  if (given && 'wrong' in given) return given.wrong;
  const ruleFile = z
    .object({
      enabled: z.boolean().default(true),
      condition: conditionSchema,
      terms: termsSchema.default(termsSchema.parse({})),
    })
    .strict();
  const parsed = given === null ? null : ruleFile.safeParse(given.json);
  if (parsed && !parsed.success) return failed('invalid_alert', 'The rule cannot be used.', fieldErrors(parsed.error));
  return inSession(cli, async ({ context, by }) => {
    const [{ saveAlertRule }, { readAlertRules }] = await Promise.all([
      import('../../services/alerts/manage-alert-rules.ts'),
      import('../../services/alerts/read-alerts.ts'),
    ]);
    const known = (await readAlertRules(context)).find(({ id }) => id === name);
    const words = parsed?.data ?? known;
    if (!words) return failed('unknown_alert_rule', `There is no rule "${name}"; give it with --file.`);
    const { condition, terms } = words;
    const enabled = on ? true : off ? false : words.enabled;
    const saved = await saveAlertRule(context, by, { id: name, enabled, condition, terms });
    return saved.kind === 'refused'
      ? refusal(saved)
      : done({ id: name, enabled, condition, terms }, `The rule ${name} is ${enabled ? 'on' : 'off'}.`);
  });
}

async function remove(cli: Cli, name: string): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { removeAlertRule } = await import('../../services/alerts/manage-alert-rules.ts');
    const removed = await removeAlertRule(context, by, name);
    return removed.kind === 'refused' ? refusal(removed) : done({ removed: name }, `Removed the rule ${name}.`);
  });
}

async function readJson(file: string): Promise<{ json: unknown } | { wrong: Answer }> {
  try {
    return { json: JSON.parse(await readFile(file, 'utf8')) };
  } catch {
    return { wrong: failed('unreadable_file', `${file} cannot be read, or is not JSON.`) };
  }
}
