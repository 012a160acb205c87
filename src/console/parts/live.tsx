// A part of a page that keeps itself up to date; without scripts it is as old as the page.
import type { Child } from 'hono/jsx';

/** `address` is the page's own, with its query. Only this part of the answer is taken over, so focus and scrolling stay. */
export function Live({ address, seconds = 20, children }: { address: string; seconds?: number; children?: Child }) {
  return (
    <div
      id="live"
      hx-get={address}
      hx-trigger={`every ${seconds}s`}
      hx-select="#live"
      hx-target="#live"
      hx-swap="outerMorph"
    >
      {children}
    </div>
  );
}
