// One word in a frame whose colour says how good it is; the word says it too.
import type { Child } from 'hono/jsx';

export function Chip({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'bad' | 'warn' | undefined;
  children?: Child;
}) {
  return <span class={tone === 'plain' ? 'chip' : `chip ${tone}`}>{children}</span>;
}
