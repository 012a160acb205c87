// Orders a screening at the tool, as a signed Standard Webhook, and counts it only when the tool shows that it has it.
import { readOrderId } from '../../core/deciding/order-id.ts';
import type { Capabilities, Carried, Reading, VendorContext, Work } from '../port.ts';
import { applyBySigning, confirmBySigning, type More, readShown } from '../signed-webhook/outbound.ts';
import { type SignedWebhookSettings, settingsSchema as webhookSettings } from '../signed-webhook/settings.ts';
import { invited, type ScreeningSettings } from './settings.ts';

type Context = VendorContext<ScreeningSettings>;
type WebhookContext = VendorContext<SignedWebhookSettings>;

/** Beside what the tool gets: what says whether this very tool is meant. */
export const orderElements = ['screening.orderId', 'screening.orderTool'] as const;

/** Posts the order, unless none was made here: then there is nothing that this tool is to show. */
export async function order(work: Work, context: Context, capabilities: Capabilities): Promise<Carried> {
  const asked = askedOf(work, context);
  return asked ? applyBySigning(work, asked.context, capabilities, asked.more) : nothingAsked;
}

export async function confirmOrder(work: Work, context: Context): Promise<Carried> {
  const asked = askedOf(work, context);
  return asked ? confirmBySigning(work, asked.context) : nothingAsked;
}

/** What the tool shows for an application; null where it cannot be read. */
export async function readOrdered(ref: string, context: Context): Promise<Reading | null> {
  const webhook = webhookContext(context);
  if (!webhook) return null;
  const shown = await readShown({ ref, subject: null }, webhook);
  if (shown.kind === 'failed') throw new Error('The screening tool could not be read.');
  return shown.kind === 'missing' ? null : shown.reading;
}

const nothingAsked: Carried = { outcome: { kind: 'confirmed_already' }, precondition: 'not_ordered_here' };

/** Null when another tool is meant, or none. */
function askedOf(work: Work, context: Context): { context: WebhookContext; more: More } | null {
  const webhook = webhookContext(context);
  const { orders, applicationSystem } = context.settings;
  if (!webhook || !orders) return null;
  const id = work.elements['screening.orderId'];
  const ordered = work.elements['screening.orderTool'] === context.connection ? readOrderId(id) : null;
  if (!ordered && !orders.every) return null;
  const test = ordered ? (orders.tests[ordered.test] ?? ordered.test) : null;
  return {
    context: webhook,
    more: {
      application: work.ref === null ? null : { system: applicationSystem, id: work.ref },
      order: ordered ? { id, test } : null,
    },
  };
}

/** Each direction has a secret of its own. */
function webhookContext(context: Context): WebhookContext | null {
  const { settings, secrets } = context;
  if (!settings.orders) return null;
  const { url, confirm, elements } = settings.orders;
  const { orderSecret, nextOrderSecret, readToken } = secrets;
  const all = { signingSecret: orderSecret, nextSigningSecret: nextOrderSecret, readToken };
  return {
    ...context,
    settings: webhookSettings.parse({ url, confirm, elements, states: [invited], allowPrivate: settings.allowPrivate }),
    secrets: Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}
