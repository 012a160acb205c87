// One figure large enough to be seen across a room, with its meaning, its course, and the list behind it.
import { Explained } from './explained.tsx';
import { Figure } from './figure.tsx';
import { Sparkline } from './sparkline.tsx';

export interface TileProps {
  /** Unique on the page. */
  id: string;
  label: string;
  value: string;
  meaning: string;
  /** A word below: what it was before, or what it is out of. */
  note?: string;
  /** `good`, `bad`: said by a sign too, never by colour alone. */
  tone?: 'plain' | 'good' | 'bad';
  /** One value per day, the oldest first; null for a day without any. */
  course?: readonly (number | null)[];
  href?: string;
  /** The figure itself, unrounded, under the name `of`: for whoever holds pages against the ledger. */
  of?: string;
  raw?: number | null;
}

export function Tile({ id, label, value, meaning, note, tone = 'plain', course, href, of, raw }: TileProps) {
  const shown =
    of === undefined || raw === undefined ? (
      value
    ) : (
      <Figure of={of} value={raw}>
        {value}
      </Figure>
    );
  return (
    <section class={`tile ${tone}`} aria-labelledby={`tile-${id}`}>
      <h2 id={`tile-${id}`}>
        <Explained id={id} meaning={meaning}>
          {label}
        </Explained>
      </h2>
      <p class="figure">
        {href === undefined ? shown : <a href={href}>{shown}</a>}
        {tone === 'bad' ? (
          <span class="sign" role="img" aria-label="needs attention">
            ▲
          </span>
        ) : null}
      </p>
      {course ? <Sparkline values={course} /> : null}
      <p class="note">{note ?? ''}</p>
    </section>
  );
}

export function Tiles({ children }: { children?: unknown }) {
  return <div class="tiles">{children as never}</div>;
}
