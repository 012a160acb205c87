// Channels of alerts are added, replaced, tried and removed here; what they hold goes in and never comes out, but for a secret made here.
import { randomBytes } from 'node:crypto';
import { type ChannelTerms, shownPlace } from '../../core/alerts/channel.ts';
import { limits } from '../../core/limits.ts';
import { deleteChannel, findChannel, listChannelNames, saveChannel } from '../../store/alerts/channels.ts';
import { insertTest } from '../../store/alerts/deliveries.ts';
import type { Tx } from '../../store/database/database.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { type By, type Refused, refused } from './manage-alert-rules.ts';
import { type AlertMessage, openChannel, type Sent, sealChannel, sendAlert } from './send-alert.ts';

export type ChannelSaved =
  /** `madeSecret`: shown this once, where none was given. */
  { kind: 'saved'; madeSecret: string | null } | Refused;

/** Adds a channel under this name, or replaces the one that has it; a webhook keeps its secret unless another is given. */
export async function saveAlertChannel(
  context: Context,
  by: By,
  id: string,
  given: ChannelTerms,
): Promise<ChannelSaved> {
  return context.database.engine.transaction().execute(async (tx) => {
    const before = await findChannel(tx, id);
    if (!before && (await listChannelNames(tx)).length >= limits.alertChannelsMax)
      return refused(
        'too_many_alerts',
        '/id',
        `there are ${limits.alertChannelsMax} channels already, the most there may be`,
      );
    const known = before?.kind === 'webhook' ? openChannel(context, before) : null;
    const kept = known?.kind === 'webhook' ? known.signingSecret : undefined;
    const makes = given.kind === 'webhook' && given.signingSecret === undefined && kept === undefined;
    const madeSecret = makes ? `whsec_${randomBytes(32).toString('base64')}` : null;
    const terms: ChannelTerms =
      given.kind === 'webhook' ? { ...given, signingSecret: given.signingSecret ?? kept ?? madeSecret ?? '' } : given;
    await saveChannel(tx, {
      id,
      kind: terms.kind,
      place: shownPlace(terms),
      terms_ct: sealChannel(context, id, terms),
    });
    await note(tx, by, before ? 'alert_channel.changed' : 'alert_channel.added', id, { kind: terms.kind });
    return { kind: 'saved', madeSecret };
  });
}

export async function removeAlertChannel(context: Context, by: By, id: string): Promise<{ kind: 'saved' } | Refused> {
  return context.database.engine.transaction().execute(async (tx) => {
    if (!(await deleteChannel(tx, id))) return refused('unknown_alert_channel', '/id', `there is no channel "${id}"`);
    await note(tx, by, 'alert_channel.removed', id, {});
    return { kind: 'saved' };
  });
}

/** Really sends a message there, and says what came back. */
export async function testAlertChannel(
  context: Context,
  by: By,
  id: string,
  publicUrl: string,
): Promise<({ kind: 'tested'; delivery: string } & Sent) | Refused> {
  const db = context.database.engine;
  const row = await findChannel(db, id);
  if (!row) return refused('unknown_alert_channel', '/id', `there is no channel "${id}"`);
  const delivery = context.newId('dlv');
  const message: AlertMessage = {
    type: 'alert.test',
    id: delivery,
    timestamp: new Date(context.now()).toISOString(),
    text: `Test: alerts of this Interlock arrive over ${id}`,
    url: `${publicUrl}/alerts`,
    data: { channel: id },
  };
  const sent = await sendAlert(context, openChannel(context, row), message, limits.alertTestMs);
  await db.transaction().execute(async (tx) => {
    const { status, answer } = sent;
    await insertTest(tx, { id: delivery, channel_id: id, body: message, status, answer });
    await note(tx, by, 'alert_channel.tested', id, { status, answer });
  });
  context.changes.tell('alerts');
  return { kind: 'tested', delivery, ...sent };
}

const note = (tx: Tx, { actor, requestId }: By, action: string, id: string, detail: Record<string, unknown>) =>
  writeAudit(tx, {
    actor,
    action,
    objectKind: 'alert_channel',
    objectId: id,
    detail,
    ...(requestId === undefined ? {} : { requestId }),
  });
