// What an operation is: a function of `records`, called with what is drawn.
import type { Records } from '../../../../../src/store/engine/records.ts';
import type { Draw } from './draw.ts';

/** What it is given beside the database. */
export type Given<Name extends keyof Records> = Records[Name] extends (db: never, ...given: infer All) => unknown
  ? All
  : never;

export type Operations<Name extends keyof Records = keyof Records> = {
  [One in Name]: (draw: Draw) => Given<One>;
};
