// The simulators that adapters are certified on, by adapter; one line per bench.

import { ashbyBench } from './benches/ashby.ts';
import { assessmentBench } from './benches/assessment.ts';
import { creatingBench, hiringBench } from './benches/bamboohr.ts';
import { checkrBench } from './benches/checkr.ts';
import { codesignalBench } from './benches/codesignal.ts';
import { greenhouseBench } from './benches/greenhouse.ts';
import { leverBench } from './benches/lever.ts';
import { readBench as screeningRead, receiptBench as screeningReceipt } from './benches/screening.ts';
import { readBench as signedRead, receiptBench as signedReceipt } from './benches/signed-webhook.ts';
import { smartrecruitersBench } from './benches/smartrecruiters.ts';
import { workableBench } from './benches/workable.ts';
import type { ContractHarness } from './harness.ts';

const all: readonly ContractHarness[] = [
  ashbyBench,
  assessmentBench,
  creatingBench,
  hiringBench,
  checkrBench,
  codesignalBench,
  greenhouseBench,
  leverBench,
  screeningReceipt,
  screeningRead,
  signedRead,
  signedReceipt,
  smartrecruitersBench,
  workableBench,
];

/** Every bench of an adapter; none for one that cannot be certified yet. */
export const benchesOf = (adapter: string): ContractHarness[] => all.filter((one) => one.adapter.name === adapter);

/** Adapters that speak no HTTP, so that no fault of this contract can befall them; each with where it is tried instead. */
export const triedElsewhere: Readonly<Record<string, string>> = {
  'file-drop': 'it exchanges files; test/services/file-drop.test.ts and test/services/file-drop-crashes.test.ts try it',
};
