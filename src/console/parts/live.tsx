// A part of a page that keeps itself up to date: it is fetched again when what it shows has changed, or now and then.
import type { Child } from 'hono/jsx';
import { topicOfAddress } from '../live/topics.ts';

export interface LiveProps {
  /** The page's own, with its query. Only this part of the answer is taken over, so focus and scrolling stay. */
  address: string;
  /** What it shows, where that is not told by its address; see src/console/live/topics.ts. */
  topics?: readonly string[];
  /** How often it looks where nobody tells it of changes. */
  seconds?: number;
  children?: Child;
}

/** Without scripts it is as old as the page. The script of ours decides when; see src/console/assets/live-script.ts. */
export function Live({ address, topics = [topicOfAddress(address)], seconds = 20, children }: LiveProps) {
  return (
    <div
      id="live"
      data-live={topics.join(' ')}
      data-seconds={seconds}
      hx-get={address}
      hx-trigger="renew"
      hx-select="#live"
      hx-target="#live"
      hx-swap="outerMorph"
    >
      {children}
    </div>
  );
}
