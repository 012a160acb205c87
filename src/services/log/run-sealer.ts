// The sealer's loop: compare with the file of anchors once, seal what is due, hand the new checkpoints out, warn when it cannot.
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';
import { createAnchors } from './anchor-checkpoints.ts';
import { sealLog } from './seal-log.ts';

export interface Sealer {
  /** One round; bounded. Rejects after it, when the file of anchors could not be used: sealing goes on without. */
  once(): Promise<void>;
  /** For people: signs that the database is another one, or went back; found at the first round. */
  notices(): readonly string[];
}

export function createSealer(context: Context, anchorFile: string): Sealer {
  const anchors = createAnchors(context, anchorFile);
  let warnedAt = Number.NEGATIVE_INFINITY;
  const warn = (lagMs: number): void => {
    if (lagMs < limits.sealLagWarnMs || context.now() - warnedAt < limits.sealLagWarnMs) return;
    warnedAt = context.now();
    context.log.warn(
      { lagMs: Math.round(lagMs) },
      'the log cannot be sealed: a transaction in this PostgreSQL has been open for long (pg_stat_activity names it)',
    );
  };
  return {
    notices: anchors.notices,
    async once() {
      // First, so that what the file knows is compared before anything new is sealed.
      const failure = await anchors.keep().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      const { sealed, lagMs } = await sealLog(context);
      warn(lagMs);
      if (failure) throw failure.error;
      if (sealed > 0) await anchors.keep();
    },
  };
}
