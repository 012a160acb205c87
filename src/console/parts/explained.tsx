// A figure's name with its definition a key press away: who reads a number should know what it counts.
import type { Child } from 'hono/jsx';

/** `id` is unique on the page. */
export function Explained({ id, meaning, children }: { id: string; meaning: string; children?: Child }) {
  return (
    <span class="explained">
      {children}
      <button type="button" class="why" popovertarget={`why-${id}`} aria-label={`What is meant by this figure?`}>
        ?
      </button>
      <span id={`why-${id}`} popover="auto" class="meaning">
        {meaning}
      </span>
    </span>
  );
}
