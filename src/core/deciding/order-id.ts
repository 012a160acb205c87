// The id of an order for a test: through which connection it came, which test, and the how-manieth time it was ordered.

export interface Order {
  connection: string;
  test: string;
  /** From 1; another once an invitation ran out and the test was ordered again. */
  round: number;
}

/** Names of tests that can stand in an id. */
export const testIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const form = /^([a-z0-9][a-z0-9-]{0,62})\.([A-Za-z0-9][A-Za-z0-9_-]{0,62})\.([1-9]\d{0,3})\.[0-9a-f]{20}$/;

/** `code` ties it to the application: 20 hex digits that nobody can guess. */
export const orderId = ({ connection, test, round }: Order, code: string): string =>
  `${connection}.${test}.${round}.${code}`;

/** Null for what is no id of an order. */
export function readOrderId(text: unknown): Order | null {
  const [, connection, test, round] = (typeof text === 'string' && form.exec(text)) || [];
  return connection && test && round ? { connection, test, round: Number(round) } : null;
}
