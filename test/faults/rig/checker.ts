// The checker: `check` holds one finished run to every invariant, trusting the clients' history, the vendors' logs and the rows alone.
import { answeredIsRecordedOnce, enoughSucceeded, receivedIsRecorded } from './checker/events.ts';
import type { Evidence, Finding, Rule } from './checker/evidence.ts';
import { countsAreTheRows } from './checker/figures.ts';
import { chainHolds, oneTransitionPerApplied, replaysToTheStoredState } from './checker/log.ts';
import { confirmedWasThere, finallyAgreed, laneOrderAtTheVendor, nothingAppliedTwice } from './checker/vendors.ts';
import { everythingEnded, oneOwnerAtATime, oneWritebackPerConnection } from './checker/writebacks.ts';

const nobodyDied: Rule = ({ deaths }) => [...deaths];

/** By invariant of RELIABILITY §2.1; `agreement` and `enough` are ours. */
export const rules: readonly (readonly [invariant: string, rule: Rule])[] = [
  ['I1', answeredIsRecordedOnce],
  ['I1', receivedIsRecorded],
  ['I2', oneTransitionPerApplied],
  ['I3', replaysToTheStoredState],
  ['I4', oneWritebackPerConnection],
  ['I5', everythingEnded],
  ['I6', laneOrderAtTheVendor],
  ['I7', nothingAppliedTwice],
  ['I8', confirmedWasThere],
  ['I9', chainHolds],
  ['I10', countsAreTheRows],
  ['I12', nobodyDied],
  ['I13', oneOwnerAtATime],
  ['agreement', finallyAgreed],
  ['enough', enoughSucceeded],
];

/** Everything that is wrong; nothing in a sound run. */
export const check = (evidence: Evidence): Finding[] =>
  rules.flatMap(([invariant, rule]) => rule(evidence).map((detail) => ({ invariant, detail })));
