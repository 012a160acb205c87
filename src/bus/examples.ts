// One example of each message: shown in the AsyncAPI document and in README.md, and held to the schemas by a test.
import type { Command, FeedEvent, Result } from '../core/delivery/message.ts';

const id = 'wrb_01jd4k2m3n5p6q7r8s9t0v1w2x';
const connection = 'greenhouse-eu';
const command = { id, attempt: 1, connection, ttlMs: 30_000 };
const result = { id, attempt: 1, connection, mode: 'apply' as const };

export const examples = {
  command: {
    apply: { ...command, mode: 'apply' },
    confirm: { ...command, attempt: 2, mode: 'confirm' },
    probe: { ...command, id: 'evt_01jd4k2m3n5p6q7r8s9t0v1w2y', mode: 'probe' },
  },
  result: {
    confirmed: {
      ...result,
      outcome: { kind: 'confirmed' },
      reported: { tookMs: 412.5, httpStatus: 204, precondition: 'compare_and_set' },
    },
    accepted: { ...result, outcome: { kind: 'accepted', afterMs: 1_000 }, reported: { tookMs: 388, httpStatus: 204 } },
    rate_limited: { ...result, outcome: { kind: 'rate_limited', afterMs: 10_000 }, reported: { tookMs: 35 } },
    conflict: { ...result, outcome: { kind: 'conflict', seen: 'active.offer' }, reported: { tookMs: 102 } },
    ambiguous: { ...result, outcome: { kind: 'ambiguous', reason: 'write_unanswered' }, reported: { tookMs: 20_004 } },
    shows: {
      ...result,
      id: 'evt_01jd4k2m3n5p6q7r8s9t0v1w2y',
      mode: 'probe',
      outcome: { kind: 'shows', seen: 'active.interview' },
      reported: { tookMs: 96 },
    },
  },
  fact: {
    specversion: '1.0',
    id: 'sub_01jd4k2m3n5p6q7r8s9t0v1w2z.3',
    source: '/interlock',
    type: 'interlock.application.screening.passed.v1',
    subject: 'sub_01jd4k2m3n5p6q7r8s9t0v1w2z',
    time: '2026-11-22T08:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      machine: 'application',
      machineVersion: 1,
      version: 3,
      from: 'active.screening.completed',
      to: 'active.screening.passed',
    },
  },
} as const satisfies {
  command: Record<string, Command>;
  result: Record<string, Result>;
  fact: FeedEvent;
};
