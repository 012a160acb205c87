// The simulated office: an ATS that tells of every change and takes conditional writes, and an HRIS that does neither.
import type { Adapter } from '../../../src/adapters/port.ts';
import type { SystemKind } from '../../../src/core/machine/definition.ts';
import { type Call, type Stages, simulatedAdapter } from './simulated-adapter.ts';
import { createVendor, type Vendor } from './vendor.ts';

export interface System {
  vendor: Vendor;
  kind: SystemKind;
  stages: Stages;
  /** Its writes have a precondition that even a late one cannot get past. */
  fenced: boolean;
  adapterFor(call: Call): Adapter;
}

const atsStages: Stages = {
  'active.received': 'Review',
  'active.triage': 'Review',
  'active.screening': 'Assessment',
  'active.interview': 'Interview',
  'active.offer': 'Offer',
  hired: 'Hired',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
};

const hrisStages: Stages = {
  'active.received': 'Candidate',
  'active.triage': 'Candidate',
  'active.screening': 'Candidate',
  'active.interview': 'Candidate',
  'active.offer': 'Preboarding',
  hired: 'Employee',
  rejected: 'Closed',
  withdrawn: 'Closed',
};

export function openSystems(now: () => number): Map<string, System> {
  const ats = createVendor('ats', { sendsWebhooks: true });
  const hris = createVendor('hris', { sendsWebhooks: false });
  return new Map<string, System>([
    [
      'ats',
      {
        vendor: ats,
        kind: 'ats',
        stages: atsStages,
        fenced: true,
        adapterFor: (call) =>
          simulatedAdapter(ats, { kind: 'ats', stages: atsStages, precondition: 'compare_and_set', now }, call),
      },
    ],
    [
      'hris',
      {
        vendor: hris,
        kind: 'hris',
        stages: hrisStages,
        fenced: false,
        adapterFor: (call) =>
          simulatedAdapter(
            hris,
            { kind: 'hris', stages: hrisStages, precondition: 'read_before_write', refSystem: 'ats', now },
            call,
          ),
      },
    ],
  ]);
}
