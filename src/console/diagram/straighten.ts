// Takes the small kinks out of a line that ELK leaves where a line passes the border of a region.

interface Point {
  x: number;
  y: number;
}

const kinkMax = 9;

/** Where the first or last upright piece stands a few px beside its neighbour, the shorter of the two is moved over. */
export function straighten(points: readonly Point[]): Point[] {
  return fromStart(fromStart([...points]).reverse()).reverse();
}

function fromStart(points: Point[]): Point[] {
  const [start, kink, beyond, next, ...rest] = points;
  if (!start || !kink || !beyond || !next) return points;
  const upright = start.x === kink.x && kink.y === beyond.y && beyond.x === next.x;
  if (!upright || Math.abs(kink.x - beyond.x) > kinkMax) return points;
  // The label stands beside the longer piece, which therefore stays.
  const x = Math.abs(kink.y - start.y) < Math.abs(next.y - beyond.y) ? next.x : start.x;
  return [{ x, y: start.y }, { x, y: next.y }, ...rest];
}
