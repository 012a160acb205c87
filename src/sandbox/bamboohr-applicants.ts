// BambooHR's own applicant tracking as simulated: applications, their statuses, and a list that must be polled since no webhook tells of them.
import { answer, type Planned } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import type { SandboxApp } from './kernel/server.ts';

export interface SandboxStatus {
  id: number;
  label: string;
}

export interface SandboxBambooApplication {
  id: number;
  status: SandboxStatus;
  /** ISO 8601. */
  statusChangedAt: string;
  updatedAt: number;
  firstName: string;
  lastName: string;
  email: string;
}

export interface Applicants {
  /** Somebody applies; gives the application's id. */
  apply(person: Pick<SandboxBambooApplication, 'firstName' | 'lastName' | 'email'>): string;
  /** A recruiter sets a status. */
  setStatus(id: string, label: string): void;
  /** A recruiter writes a comment: the application was updated, its status was not. */
  comment(id: string): void;
  /** Lists that were read, and single applications. */
  asked(): Readonly<{ lists: number; details: number }>;
}

const labels = [
  'New',
  'Reviewed',
  'Schedule Phone Screen',
  'Phone Screened',
  'Interviewed',
  'Offer Sent',
  'Hired',
  'Rejected',
];
const perPage = 25;

/** Adds the endpoints under `/api/v1/applicant_tracking`. */
export function addApplicants(app: SandboxApp, faults: FaultScript): Applicants {
  const statuses = labels.map((label, index) => ({ id: index + 1, label }));
  const all = new Map<string, SandboxBambooApplication>();
  const asked = { lists: 0, details: 0 };
  let clock = 0;
  const now = (): number => {
    clock = Math.max(Date.now(), clock + 1);
    return clock;
  };
  const mustHave = (id: string): SandboxBambooApplication => {
    const one = all.get(id);
    if (!one) throw new Error(`There is no application ${id}.`);
    return one;
  };
  app.get('/api/v1/applicant_tracking/statuses', (call) =>
    answer(call, faults, 'read', () => ({
      status: 200,
      body: statuses.map(({ id, label }) => ({ id: String(id), code: null, name: label, enabled: true })),
    })),
  );
  app.get('/api/v1/applicant_tracking/applications', (call) => {
    asked.lists += 1;
    return answer(call, faults, 'read', () => page([...all.values()], new URL(call.req.url)));
  });
  app.get('/api/v1/applicant_tracking/applications/:id', (call) => {
    asked.details += 1;
    return answer(call, faults, 'read', () => {
      const one = all.get(call.req.param('id'));
      return one ? { status: 200, body: detailOf(one) } : { status: 404, body: undefined };
    });
  });
  return {
    apply(person) {
      const id = 60 + all.size + 1;
      const at = now();
      const [status] = statuses;
      if (!status) throw new Error('There are no statuses.');
      all.set(String(id), { id, status, statusChangedAt: new Date(at).toISOString(), updatedAt: at, ...person });
      return String(id);
    },
    setStatus(id, label) {
      const status = statuses.find((one) => one.label === label);
      if (!status) throw new Error(`There is no status "${label}".`);
      const at = now();
      all.set(id, { ...mustHave(id), status, statusChangedAt: new Date(at).toISOString(), updatedAt: at });
    },
    comment: (id) => void all.set(id, { ...mustHave(id), updatedAt: now() }),
    asked: () => ({ ...asked }),
  };
}

/** As described: the rows say nothing of when they changed; newest update first where that is asked for. */
function page(all: SandboxBambooApplication[], url: URL): Planned {
  const number = Number(url.searchParams.get('page') ?? 1);
  const newestFirst = url.searchParams.get('sortBy') === 'last_updated' && url.searchParams.get('sortOrder') === 'DESC';
  const sorted = [...all].sort((a, b) => (newestFirst ? b.updatedAt - a.updatedAt : a.id - b.id));
  const rows = sorted.slice((number - 1) * perPage, number * perPage);
  const complete = number * perPage >= sorted.length;
  url.searchParams.set('page', String(number + 1));
  return {
    status: 200,
    body: {
      paginationComplete: complete,
      nextPageUrl: complete ? null : url.href,
      applications: rows.map((one) => ({
        id: one.id,
        appliedDate: one.statusChangedAt,
        status: { id: one.status.id, label: one.status.label },
        rating: null,
        applicant: {
          id: one.id + 57,
          firstName: one.firstName,
          lastName: one.lastName,
          avatar: null,
          email: one.email,
          source: null,
        },
        job: { id: 22, title: { id: null, label: 'Financial Analyst' } },
      })),
    },
  };
}

const detailOf = (one: SandboxBambooApplication): unknown => ({
  id: one.id,
  appliedDate: one.statusChangedAt,
  status: { ...one.status, dateChanged: one.statusChangedAt, changedByUser: null },
  rating: null,
  applicant: {
    id: one.id + 57,
    firstName: one.firstName,
    lastName: one.lastName,
    avatar: null,
    email: one.email,
    source: null,
  },
  job: { id: 22, title: { id: null, label: 'Financial Analyst' }, hiringLead: null },
});
