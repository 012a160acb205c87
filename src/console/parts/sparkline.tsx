// The course of a figure over some days, as small as a word; its numbers stand elsewhere on the page.

const width = 120;
const height = 28;

/** Between the least and the greatest of the values; nothing is drawn for fewer than two. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const least = Math.min(...known);
  const range = Math.max(...known) - least || 1;
  const points = values.flatMap((value, index) =>
    value === null
      ? []
      : [
          {
            x: Math.round((index / Math.max(1, values.length - 1)) * (width - 8) * 10) / 10 + 4,
            y: Math.round((height - 4 - ((value - least) / range) * (height - 8)) * 10) / 10,
          },
        ],
  );
  const last = points.at(-1);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} />
      {last ? <circle cx={last.x} cy={last.y} r="2.5" /> : null}
    </svg>
  );
}
