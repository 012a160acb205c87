// A number on a page as machines read it too: tests hold each against the ledger and the API by its name.
import type { Child } from 'hono/jsx';

/** `of` names it, such as `overview.stuck`, the same wherever the same is meant; `value` is unrounded. */
export function Figure({ of, value, children }: { of: string; value: number | null; children?: Child }) {
  return (
    <data value={value === null ? '' : String(value)} data-figure={of}>
      {children}
    </data>
  );
}
