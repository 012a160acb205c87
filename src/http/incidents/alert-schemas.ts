// What alerts, rules and channels look like on the wire; requests and responses apart.
import { z } from '@hono/zod-openapi';
import { alertNameSchema, conditionSchema, severities, termsSchema } from '../../core/alerts/alert.ts';
import { channelSchema } from '../../core/alerts/channel.ts';
import type { AlertView, RuleView } from '../../services/alerts/read-alerts.ts';
import type { ChannelRow } from '../../store/alerts/channels.ts';
import { cursorSchema, nextSchema, pageLimit } from '../documented.ts';

export const namedAlert = z.object({ id: alertNameSchema });
export const alertQuery = z
  .object({
    status: z.enum(['firing', 'over', 'all']).default('firing'),
    rule: alertNameSchema.optional(),
    after: cursorSchema,
    limit: pageLimit,
  })
  .strict();

const delivery = z.object({
  id: z.string(),
  channel: z.string(),
  telling: z.enum(['firing', 'repeated', 'over', 'test']),
  status: z.enum(['waiting', 'sent', 'failed', 'superseded']),
  tries: z.number().int(),
  answer: z.string().nullable().describe('A code of ours, or the status that came back'),
  createdAt: z.string(),
  settledAt: z.string().nullable(),
});

const condition = z.record(z.string(), z.unknown()).describe('As it was put; `watches` says what is watched');

const alertSchema = z
  .object({
    id: z.string(),
    rule: z.string(),
    status: z.enum(['firing', 'over']),
    severity: z.enum(severities),
    condition,
    connection: z.string().nullable(),
    value: z.number().describe('The figure when it was last looked at: a count, a share of 1, or seconds'),
    text: z.string(),
    since: z.string(),
    firedAt: z.string(),
    overAt: z.string().nullable(),
    told: z.number().int().describe('How often somebody was told'),
    deliveries: z.array(delivery),
  })
  .openapi('Alert');
export const alertPage = z.object({ items: z.array(alertSchema), next: nextSchema }).openapi('AlertPage');

export const ruleSchema = z
  .object({
    id: z.string(),
    builtin: z.boolean().describe('There from the first start: it can be turned off, not removed'),
    enabled: z.boolean(),
    condition,
    terms: z.record(z.string(), z.unknown()),
    readings: z
      .array(
        z.object({
          about: z.string().describe('A connection; empty for what is about all'),
          value: z.number().nullable().describe('Null where there is too little to tell'),
          volume: z.number().nullable(),
          breached: z.boolean(),
        }),
      )
      .describe('What was found at the last look'),
    readAt: z.string().nullable(),
    failed: z.boolean().describe('The figure could not be read at the last look'),
  })
  .openapi('AlertRule');
export const ruleList = z.object({ items: z.array(ruleSchema) }).openapi('AlertRules');

export const ruleRequest = z
  .object({
    enabled: z.boolean().default(true),
    condition: conditionSchema,
    terms: termsSchema.default(termsSchema.parse({})),
  })
  .strict()
  .openapi('PutAlertRule');

const channelFields = {
  id: z.string(),
  kind: z.enum(['webhook', 'mail']),
  place: z.string().describe('The host of the address, or the domains of the recipients'),
  createdAt: z.string(),
  waiting: z.number().int(),
  last: z.object({ at: z.string(), status: z.string(), answer: z.string().nullable() }).nullable(),
};
export const channelList = z.object({ items: z.array(z.object(channelFields)) }).openapi('AlertChannels');
export const channelAnswer = z
  .object({
    ...channelFields,
    signingSecret: z.string().nullable().describe('Where one was made: shown this once'),
  })
  .openapi('AlertChannel');
/** Made in core, so it has no name in the document. */
export const channelRequest = channelSchema;

export const testAnswer = z
  .object({
    status: z.enum(['sent', 'failed']),
    answer: z.string().describe('A code of ours or the status that came back, with the time it took'),
    text: z.string().describe('What the receiver said; kept nowhere'),
  })
  .openapi('AlertChannelTest');

export const shownAlert = ({ deliveries, ...alert }: AlertView): z.infer<typeof alertSchema> => ({
  ...alert,
  deliveries: deliveries.map((one) => ({
    id: one.id,
    channel: one.channel_id,
    telling: one.telling,
    status: one.status,
    tries: one.tries,
    answer: one.answer,
    createdAt: one.created_at,
    settledAt: one.settled_at,
  })),
});

export const shownRule = (rule: RuleView): z.infer<typeof ruleSchema> => rule;

export const shownChannel = (row: ChannelRow): z.infer<typeof channelList>['items'][number] => ({
  id: row.id,
  kind: row.kind,
  place: row.place,
  createdAt: row.created_at,
  waiting: row.waiting,
  last: row.last_at === null ? null : { at: row.last_at, status: row.last_status ?? '', answer: row.last_answer },
});
