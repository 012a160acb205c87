// Errors as the database raises them: with a SQLSTATE where the server refused, without one where the connection broke.

/** The SQLSTATEs that the tables of this project can raise. */
export const sqlState = {
  check: '23514',
  unique: '23505',
  foreignKey: '23503',
  notNull: '23502',
  rule: '23000',
  twice: '21000',
  time: '22007',
  failedTransaction: '25P02',
} as const;

export function refusal(code: (typeof sqlState)[keyof typeof sqlState], message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** As Node words it: no SQLSTATE, so nothing is known about the transaction. */
export function connectionLost(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
}
