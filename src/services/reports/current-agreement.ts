// How far each system agrees: as of this moment where pairs are few enough to be counted at once, else as the loop that watches it counted it last.
import type { DisagreementCause } from '../../core/deciding/disagreement.ts';
import { limits } from '../../core/limits.ts';
import { lastAgreementRound } from '../../store/counts/agreement-hours.ts';
import { databaseClock } from '../../store/database/clock.ts';
import type { Db } from '../../store/database/database.ts';
import { type AgreementCount, countAgreement } from '../../store/reports/agreement.ts';

/** How far one connection agrees with us. `share`: of the pairs of a subject and it; null where there are none. */
export interface Agreement {
  connection: string;
  pairs: number;
  agreeing: number;
  open: number;
  share: number | null;
  causes: Partial<Record<DisagreementCause, number>>;
}

/** `countedAt`: ISO 8601 with microseconds. */
export type CurrentAgreement = Agreement & { countedAt: string };

/** Every connection that has anything to show. */
export async function currentAgreement(db: Db): Promise<CurrentAgreement[]> {
  const last = await lastAgreementRound(db);
  const pairs = last?.counts.reduce((sum, one) => sum + one.pairs, 0) ?? 0;
  if (last && pairs > limits.agreementPairsAtOnceMax && last.ageMs < limits.agreementKeptMs)
    return last.counts.map((one) => ({ ...agreementOf(one), countedAt: last.countedAt }));
  const countedAt = await databaseClock(db);
  return (await countAgreement(db)).map((one) => ({ ...agreementOf(one), countedAt }));
}

export function agreementOf({
  connection_id,
  pairs,
  causes,
}: Pick<AgreementCount, 'connection_id' | 'pairs' | 'causes'>): Agreement {
  const open = Object.values(causes).reduce((sum, count) => sum + count, 0);
  const agreeing = pairs - open;
  return { connection: connection_id, pairs, agreeing, open, share: pairs === 0 ? null : agreeing / pairs, causes };
}
