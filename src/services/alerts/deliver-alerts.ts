// Sends the messages of alerts: claimed in the tables first, so that a restart loses none and no two processes send the same one.

import { retryDelayMs } from '../../core/delivery/retry.ts';
import { limits } from '../../core/limits.ts';
import { traceOf } from '../../core/trace-of.ts';
import { findChannel } from '../../store/alerts/channels.ts';
import { type ClaimedDelivery, claimDeliveries, settleDelivery } from '../../store/alerts/deliveries.ts';
import type { Context } from '../context.ts';
import { type AlertMessage, openChannel, type Sent, sendAlert } from './send-alert.ts';

/** Call once; the answer is one round. Gives how many messages were tried. */
export function deliverAlerts(context: Context): () => Promise<number> {
  const counts = new Map<string, number>();
  context.metrics.follow(
    'interlock_alert_deliveries_total',
    'Tries at messages of alerts by what came of them',
    ['outcome'],
    () => [...counts].map(([outcome, value]) => ({ labels: { outcome }, value })),
  );
  return async () => {
    const claimed = await claimDeliveries(context.database.engine, limits.alertLeaseMs, limits.alertDeliverRowsMax);
    const outcomes = await Promise.all(claimed.map((one) => deliver(context, one)));
    for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (claimed.length > 0) context.changes.tell('alerts');
    return claimed.length;
  };
}

async function deliver(context: Context, claimed: ClaimedDelivery): Promise<'sent' | 'again' | 'failed'> {
  const db = context.database.engine;
  const sent = await attempt(context, claimed);
  if (sent.status === 'sent') {
    await settleDelivery(db, claimed, { status: 'sent', answer: sent.answer });
    return 'sent';
  }
  const last = sent.final || claimed.tries >= limits.alertTriesMax;
  context.log.warn(
    { delivery: claimed.id, channel: claimed.channel_id, tries: claimed.tries, code: last ? 'given_up' : 'again' },
    'a message of an alert was not taken',
  );
  await settleDelivery(
    db,
    claimed,
    last
      ? { status: 'failed', answer: sent.answer }
      : { againMs: retryDelayMs(claimed.tries, context.random()), answer: sent.answer },
  );
  return last ? 'failed' : 'again';
}

/** A channel that cannot be opened, because it is gone or under another key, is an answer too. */
async function attempt(context: Context, { channel_id, body }: ClaimedDelivery): Promise<Sent> {
  const row = await findChannel(context.database.engine, channel_id);
  if (!row) return { status: 'failed', answer: 'channel_removed', text: '', final: true };
  try {
    return await sendAlert(context, openChannel(context, row), body as unknown as AlertMessage);
  } catch (error) {
    context.log.error({ channel: channel_id, ...traceOf(error) }, 'a channel of alerts cannot be used');
    return { status: 'failed', answer: 'channel_unusable', text: '', final: true };
  }
}
