// What both kinds of consumers share: reading a message that anybody may have written, and how a consumer drives them.
import type { JsMsg } from '@nats-io/jetstream';
import type { z } from 'zod';

export interface Inbound {
  onMessage(message: JsMsg): void;
  isBusy(): boolean;
  /** Gives back at once what nobody has begun to work on. */
  abandonWaiting(): void;
}

/**
 * The message in its schema's shape, or null: whoever may publish can publish anything. A server's permissions are about the subject,
 * so a body that names another connection than the subject it came on is somebody speaking for others. `subjectsOf`: what its subject must begin with.
 */
export function readMessage<Schema extends z.ZodType>(
  message: JsMsg,
  schema: Schema,
  subjectsOf: (content: z.infer<Schema>) => string,
): z.infer<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(message.string()));
    return parsed.success && message.subject.startsWith(subjectsOf(parsed.data)) ? parsed.data : null;
  } catch {
    return null;
  }
}
