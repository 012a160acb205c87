// `alert channel …`: where alerts are told.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { fieldErrors } from '../../core/field-errors.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { collect, noun, verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusal } from './refusal.ts';

interface AddOptions {
  webhook?: string;
  secretFile?: string;
  allowPrivate?: boolean;
  mail?: readonly string[];
}

export function channelCommands(alert: Command, cli: Cli): void {
  const channel = noun(alert, 'channel', 'Where alerts are told');
  verb(channel, 'list', 'List channels, each with its last message', 'alert channel list').action(
    answering(cli, () => list(cli)),
  );
  verb(
    channel,
    'add <name>',
    'Add a channel, or replace the one of this name',
    'alert channel add ops --webhook https://hooks.example.com/alerts',
  )
    .option('--webhook <address>', 'post signed alerts there (Standard Webhooks)')
    .option('--secret-file <path>', 'a file with the signing secret, whsec_…; made and shown once if absent')
    .option('--allow-private', 'allow plain http and addresses in your own network')
    .option('--mail <address>', 'write to this address; may be given more than once', collect)
    .action(answering(cli, (name: string, options: AddOptions) => add(cli, name, options)));
  verb(channel, 'remove <name>', 'Remove a channel and all that it holds', 'alert channel remove ops').action(
    answering(cli, (name: string) => remove(cli, name)),
  );
}

async function list(cli: Cli): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { readAlertChannels } = await import('../../services/alerts/read-alerts.ts');
    const items = await readAlertChannels(context);
    const rows = items.map((one) => [
      one.id,
      one.kind,
      one.place,
      one.last_at ?? '-',
      one.last_status === null ? '-' : `${one.last_status}: ${one.last_answer ?? ''}`,
      String(one.waiting),
    ]);
    return done(
      { items },
      table(
        ['channel', 'kind', 'leads to', 'last message', 'what came of it', 'waiting'],
        rows,
        'There are no channels: alerts are seen on the overview only.',
      ),
    );
  });
}

async function add(cli: Cli, name: string, { webhook, secretFile, allowPrivate, mail }: AddOptions): Promise<Answer> {
  if ((webhook === undefined) === (mail === undefined)) return misused('Say where: --webhook, or --mail.');
  const [{ alertNameSchema }, { channelSchema }] = await Promise.all([
    import('../../core/alerts/alert.ts'),
    import('../../core/alerts/channel.ts'),
  ]);
  if (!alertNameSchema.safeParse(name).success) return failed('invalid_name', `A channel cannot be called "${name}".`);
  const signingSecret = secretFile === undefined ? undefined : (await readFile(secretFile, 'utf8')).trim();
  const parsed = channelSchema.safeParse(
    webhook === undefined
      ? { kind: 'mail', to: mail }
      : { kind: 'webhook', url: webhook, signingSecret, allowPrivate: allowPrivate === true },
  );
  if (!parsed.success) return failed('invalid_alert', 'The channel cannot be used.', fieldErrors(parsed.error));
  return inSession(cli, async ({ context, by }) => {
    const { saveAlertChannel } = await import('../../services/alerts/manage-alert-channels.ts');
    const saved = await saveAlertChannel(context, by, name, parsed.data);
    if (saved.kind === 'refused') return refusal(saved);
    const secret = saved.madeSecret === null ? [] : [`Its signing secret, shown this once: ${saved.madeSecret}`];
    return done(
      { id: name, signingSecret: saved.madeSecret },
      [`Alerts go to ${name} from now on. Try it: interlock alert test ${name}`, ...secret].join('\n'),
    );
  });
}

async function remove(cli: Cli, name: string): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { removeAlertChannel } = await import('../../services/alerts/manage-alert-channels.ts');
    const removed = await removeAlertChannel(context, by, name);
    return removed.kind === 'refused' ? refusal(removed) : done({ removed: name }, `Removed the channel ${name}.`);
  });
}
