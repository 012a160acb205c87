// What a service asks its tables by the clock, one round of each loop: the dispatcher's, the sweeper's, the counts that are due, and the rest.

import { limits } from '../../../src/core/limits.ts';
import { watchAlerts } from '../../../src/services/alerts/watch-alerts.ts';
import type { Context } from '../../../src/services/context.ts';
import { driveWritebacks } from '../../../src/services/delivery/drive-writebacks.ts';
import { sweep } from '../../../src/services/delivery/sweep.ts';
import { watchStuck } from '../../../src/services/delivery/watch-stuck.ts';
import { forgetFileNames } from '../../../src/services/files/exchange-files.ts';
import { beginOnboardings } from '../../../src/services/intake/begin-onboardings.ts';
import { sealLog } from '../../../src/services/log/seal-log.ts';
import { finishErasures, forgetErased } from '../../../src/services/persons/finish-erasures.ts';
import { findDue } from '../../../src/services/persons/keep-retention.ts';
import { proposeMerges } from '../../../src/services/persons/propose-merges.ts';
import { reconcile } from '../../../src/services/reconcile/reconcile.ts';
import { watchAgreement } from '../../../src/services/reconcile/reconcile-figures.ts';
import { keepStateCounts, keepTallies } from '../../../src/services/reports/keep-tallies.ts';
import { carryOutActs } from '../../../src/services/settling/bulk-acts.ts';
import { watchWaves } from '../../../src/services/waves/watch-waves.ts';

export interface LoopRound {
  /** Its name, and how often it runs. */
  question: string;
  run(): Promise<unknown>;
}

export function loopsOf(context: Context): LoopRound[] {
  const loop = (name: string, everyMs: number, run: () => Promise<unknown>): LoopRound => ({
    question: `${name}, every ${everyMs / 1_000} s`,
    run,
  });
  return [
    loop('drive writebacks', limits.dispatchPollMs, () => driveWritebacks(context)),
    loop('sweep', limits.sweepPollMs, () => sweep(context)),
    loop('keep tallies', limits.tallyPollMs, () => keepTallies(context)),
    loop('keep state counts', limits.mergePollMs, () => keepStateCounts(context)),
    loop('seal the log', limits.sealPollMs, () => sealLog(context)),
    loop('watch for stuck lanes', limits.stuckPollMs, watchStuck(context)),
    loop('watch agreement', limits.agreementPollMs, watchAgreement(context)),
    loop('watch for alerts', limits.alertPollMs, watchAlerts(context, 'http://interlock.test')),
    loop('watch waves', limits.waveWatchMs, watchWaves(context)),
    loop('reconcile', limits.reconcilePollMs, () => reconcile(context)),
    loop('begin onboardings', limits.onboardingPollMs, () => beginOnboardings(context)),
    loop('carry out acts', limits.actPollMs, () => carryOutActs(context)),
    loop('finish erasures', limits.finishErasuresMs, () => finishErasures(context)),
    loop('forget the erased', limits.forgetErasedMs, () => forgetErased(context)),
    loop('forget file names', limits.forgetFileNamesMs, () => forgetFileNames(context)),
    loop('who is due for erasure', limits.retentionPollMs, () => findDue(context, limits.retentionRowsMax)),
    loop('compare persons', limits.comparePollMs, () => proposeMerges(context)),
  ];
}
