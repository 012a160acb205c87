// CloudEvents 1.0 over HTTP: structured, batch and binary, each turned into the event that our API takes.

import { z } from 'zod';
import { limits } from '../../core/limits.ts';

export type BodyKind = 'plain' | 'structured' | 'batch' | 'binary' | 'unknown';

/** How a request carries its events, by its content type and its `ce-specversion` header. */
export function kindOf(contentType: string | undefined, ceSpecVersion: string | undefined): BodyKind {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  // An event without data has no body, and so no type of it.
  if (type === undefined && ceSpecVersion !== undefined) return 'binary';
  if (type === 'application/cloudevents+json') return 'structured';
  if (type === 'application/cloudevents-batch+json') return 'batch';
  if (type !== 'application/json') return 'unknown';
  return ceSpecVersion === undefined ? 'plain' : 'binary';
}

const text = z.string().min(1).max(limits.identifierCharsMax);
const cloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: text,
  source: text,
  type: text,
  subject: z
    .string()
    .min(1)
    .max(limits.identifierCharsMax * 2),
  time: z.string(),
  data: z.unknown().optional(),
});

/**
 * `type` may carry our prefix and version (`interlock.screening.completed.v1`); `subject` is `sub_…` or `<system>/<id>`.
 * What cannot be read is passed on as it is, so that the event schema names what is wrong.
 */
export function fromCloudEvent(cloudEvent: unknown): unknown {
  const parsed = cloudEventSchema.safeParse(cloudEvent);
  if (!parsed.success) return cloudEvent;
  const { id, type, subject, time, data } = parsed.data;
  const slash = subject.indexOf('/');
  return {
    id,
    type: type.replace(/^interlock\./, '').replace(/\.v\d+$/, ''),
    subject: slash < 0 ? { id: subject } : { system: subject.slice(0, slash), ref: subject.slice(slash + 1) },
    occurredAt: time,
    data: data ?? {},
  };
}

/** Binary mode: the attributes are `ce-` headers (percent-encoded), the body is the data. */
export function binaryCloudEvent(header: (name: string) => string | undefined, data: unknown): unknown {
  const attribute = (name: string): string | undefined => {
    const value = header(`ce-${name}`);
    if (value === undefined) return undefined;
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  };
  return fromCloudEvent({
    specversion: attribute('specversion'),
    id: attribute('id'),
    source: attribute('source'),
    type: attribute('type'),
    subject: attribute('subject'),
    time: attribute('time'),
    data,
  });
}
