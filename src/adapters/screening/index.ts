// Any screening tool that posts its results as signed Standard Webhooks, and takes orders the same way.
import type { Adapter } from '../port.ts';
import { translateResult, verifyResult } from './inbound.ts';
import { confirmOrder, order, orderElements, readOrdered } from './outbound.ts';
import { type ScreeningSettings, settingsSchema, takesOrders } from './settings.ts';

const capabilities = {
  idempotencyKey: true,
  precondition: 'read_before_write',
  readLagMs: 500,
  concurrency: 4,
  rateLimit: null,
  // Only some tools can be read, and none is asked whether it still means what it reported.
  reads: false,
  writes: true,
} as const;

/** Kind `screening`. Ids in its events are those of `settings.applicationSystem`. Shows `active.screening.invited` where `settings.orders` says how. */
export const screening: Adapter<ScreeningSettings> = {
  name: 'screening',
  title: 'Screening tool (Standard Webhooks)',
  kind: 'screening',
  capabilities,
  settings: settingsSchema,
  secrets: {
    signingSecret: { description: 'The secret the tool signs its results with: whsec_ and base64' },
    orderSecret: {
      description: 'The secret we sign orders with: whsec_ and base64; only where the tool takes orders',
      optional: true,
    },
    nextOrderSecret: {
      description: 'During a change: the new secret for orders; both sign until it is moved to orderSecret',
      optional: true,
    },
    readToken: { description: 'Bearer token for reading orders, where the tool asks for one', optional: true },
  },
  refSystem: (settings) => settings.applicationSystem,
  elementsFor: (settings, targetState) =>
    takesOrders(settings, 'application', targetState)
      ? [...new Set([...(settings.orders?.elements ?? []), ...orderElements])]
      : [],
  showsElements: (settings, machine, state) => (takesOrders(settings, machine, state) ? ['screening.orderId'] : []),
  shows: takesOrders,
  verify: (request, secrets) => verifyResult(request, secrets),
  translate: translateResult,
  read: readOrdered,
  apply: (work, context) => order(work, context, capabilities),
  confirm: confirmOrder,
  acknowledgement: { status: 202, body: '' },
};
