// How far each system agrees with the canonical state, in metrics and hour by hour; and stages nobody is in any more are no matter of anybody's.
import { saveAgreement } from '../../store/counts/agreement-hours.ts';
import { endStages } from '../../store/reconcile/reconciliation.ts';
import { countAgreement } from '../../store/reports/agreement.ts';
import { inSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';
import { type Agreement, agreementOf } from '../reports/current-agreement.ts';

/** Call once; the answer is one round. */
export function watchAgreement(context: Pick<Context, 'database' | 'metrics'>): () => Promise<void> {
  let latest: Agreement[] = [];
  context.metrics.follow(
    'interlock_agreement_pairs',
    'Subjects that a system has to show, by whether it does: agrees, or the cause why not',
    ['connection', 'cause'],
    () =>
      latest.flatMap(({ connection, agreeing, causes }) =>
        Object.entries({ agrees: agreeing, ...causes }).map(([cause, value]) => ({
          labels: { connection, cause },
          value,
        })),
      ),
  );
  context.metrics.follow(
    'interlock_agreement_share',
    'Subjects that a system shows as they are, of all that it has to show',
    ['connection'],
    () => latest.flatMap(({ connection, share }) => (share === null ? [] : [{ labels: { connection }, value: share }])),
  );
  return async () => {
    latest = (await inSnapshot(context.database.reports, countAgreement)).map(agreementOf);
    await saveAgreement(
      context.database.engine,
      latest.map(({ connection, pairs, agreeing, causes }) => ({ connection_id: connection, pairs, agreeing, causes })),
    );
    await endStages(context.database.engine);
  };
}
