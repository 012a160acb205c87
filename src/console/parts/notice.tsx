// One sentence that has to be seen: something was done, or was not.
import type { Child } from 'hono/jsx';

/** `bad` is spoken at once. */
export function Notice({ tone = 'plain', children }: { tone?: 'plain' | 'good' | 'bad'; children?: Child }) {
  return (
    <p class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}
