// What accounts and clients are called, for pages that say who did something.
import { namesOf } from '../../store/reports/timeline-people.ts';
import type { Context } from '../context.ts';

/** By `account:acc_…` and `client:cli_…`; nothing of what is neither. */
export const nameActors = (
  context: Context,
  actors: readonly (string | null | undefined)[],
): Promise<Map<string, string>> =>
  namesOf(context.database.reports, [...new Set(actors.filter((one): one is string => typeof one === 'string'))]);
