// What stands where a list would be: that there is nothing, and whether that is good.
import type { Child } from 'hono/jsx';

export function EmptyState({ children }: { children?: Child }) {
  return <p class="empty">{children}</p>;
}
