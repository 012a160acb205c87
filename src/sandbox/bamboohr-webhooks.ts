// The webhooks of a simulated BambooHR company: both shapes of body, and the signature over body and timestamp.
import { createHmac } from 'node:crypto';
import type { SandboxEmployee } from './bamboohr.ts';
import type { WebhookDelivery } from './kernel/webhooks.ts';

/** `fields`: the older list with values. `events`: the newer form, which only names what changed. */
export function webhookBody(
  shape: 'fields' | 'events',
  before: SandboxEmployee | undefined,
  after: SandboxEmployee,
): unknown {
  const timestamp = new Date().toISOString();
  const changedFields = Object.keys(after.fields).filter((name) => after.fields[name] !== before?.fields[name]);
  if (shape === 'events') {
    const type = before ? 'employee.updated' : 'employee.created';
    return {
      type,
      timestamp,
      data: { companyId: '12345', employeeId: after.id, ...(before ? { changedFields } : {}) },
    };
  }
  const fields = Object.fromEntries(Object.entries(after.fields).map(([name, value]) => [name, { value }]));
  return { employees: [{ id: after.id, action: before ? 'Updated' : 'Created', timestamp, changedFields, fields }] };
}

/** The signed text is the raw body followed by the timestamp. */
export function signedHeaders(key: string, { body, sentAt }: WebhookDelivery): Record<string, string> {
  const timestamp = String(Math.floor(sentAt / 1000));
  const signature = createHmac('sha256', key)
    .update(body + timestamp)
    .digest('hex');
  return {
    'x-bamboohr-timestamp': timestamp,
    'x-bamboohr-signature': signature,
    'user-agent': 'BambooHR-WebHooks/1.0 (+https://www.bamboohr.com)',
  };
}
