// The change that certification asks an ATS to show: an application that is invited to screening; a test may change any of it.
import type { Work } from '../adapters/port.ts';

let works = 0;

/** Each has ids of its own. `ref`: the vendor's id of the application, or null for one that is still to be created. */
export function workOn(ref: string | null, change: Partial<Work> = {}): Work {
  works += 1;
  return {
    writeback: `wrb_${works}`,
    attempt: 1,
    machine: 'application',
    ref,
    eventType: 'screening.invited',
    targetState: 'active.screening.invited',
    previousState: 'active.received',
    expectedStates: [change.previousState ?? 'active.received'],
    lastWritten: null,
    occurredAt: '2026-03-01T10:00:00.000Z',
    overwrites: [],
    elements: {},
    subject: `sub_${works}`,
    version: 2,
    ...change,
  };
}
