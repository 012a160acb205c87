// Job openings of the simulated BambooHR's applicant tracking: people open and close them in the product, the API lists them.
import { answer } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import type { SandboxApp } from './kernel/server.ts';

type BambooJobStatus = 'Draft' | 'Open' | 'On Hold' | 'Filled' | 'Canceled';

interface SandboxBambooJob {
  id: number;
  title: string;
  status: BambooJobStatus;
  department: string;
}

export interface BambooJobs {
  /** HR begins one; gives its id. */
  add(title: string, status?: BambooJobStatus): number;
  setStatus(id: number, status: BambooJobStatus): void;
  remove(id: number): void;
  all(): readonly SandboxBambooJob[];
}

const statusIds: Readonly<Record<BambooJobStatus, number>> = {
  Draft: 1,
  Open: 2,
  'On Hold': 3,
  Filled: 4,
  Canceled: 5,
};

/** Adds `GET /api/v1/applicant_tracking/jobs`; there is no call that changes one. */
export function addJobs(app: SandboxApp, faults: FaultScript): BambooJobs {
  const all = new Map<number, SandboxBambooJob>();
  let lastId = 20;
  app.get('/api/v1/applicant_tracking/jobs', (call) =>
    answer(call, faults, 'read', () => ({ status: 200, body: [...all.values()].map(summaryOf) })),
  );
  return {
    add(title, status = 'Open') {
      lastId += 1;
      all.set(lastId, { id: lastId, title, status, department: 'Operations' });
      return lastId;
    },
    setStatus(id, status) {
      const job = all.get(id);
      if (!job) throw new Error(`The sandbox has no job opening ${id}.`);
      all.set(id, { ...job, status });
    },
    remove: (id) => void all.delete(id),
    all: () => [...all.values()],
  };
}

const summaryOf = ({ id, title, status, department }: SandboxBambooJob): unknown => ({
  id,
  title: { id: null, label: title },
  postedDate: '2026-03-01T09:00:00+00:00',
  location: { id: 7, label: 'Lindon, Utah', address: { name: 'Lindon, Utah' } },
  department: { id: 18, label: department },
  status: { id: statusIds[status], label: status },
  hiringLead: { employeeId: 40, firstName: 'Hiring', lastName: 'Lead', avatar: null, jobTitle: null },
  newApplicantsCount: 0,
  activeApplicantsCount: 0,
  totalApplicantsCount: 0,
  postingUrl: null,
});
