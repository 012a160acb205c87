// The inside of the simulated Greenhouse: what it holds, what people click, and which webhooks each change causes.
import {
  placeOf,
  type SandboxApplication,
  type SandboxJob,
  type SandboxOffer,
  webhookApplication,
  webhookHire,
  webhookOffer,
} from './greenhouse-model.ts';
import { createShelf, type Shelf } from './kernel/shelf.ts';
import type { WriteLog } from './kernel/write-log.ts';

/** What a person does to an application in the product. */
export type GreenhouseEdit =
  | { kind: 'move'; stage: string }
  | { kind: 'reject'; reasonId?: number }
  | { kind: 'unreject' }
  | { kind: 'draft_offer'; startsOn: string }
  | { kind: 'approve_offer' }
  | { kind: 'send_offer' }
  | { kind: 'decline_offer' }
  /** Hires, as the button in the product does. */
  | { kind: 'accept_offer'; startsOn?: string };

export interface OfficeOptions {
  clientId: string;
  clientSecret: string;
  rejectionReasons: Readonly<Record<number, string>>;
  /** Custom field name keys that exist on applications. */
  customFields: readonly string[];
  /** False: what the API writes is not reported by webhook. */
  echo: boolean;
}

export interface Office {
  options: OfficeOptions;
  jobs: Map<number, SandboxJob>;
  /** Custom fields of applications by name key; false: archived. */
  fields: Map<string, boolean>;
  shelf: Shelf<SandboxApplication>;
  /** Valid access tokens: the newest only, as a credential has one. */
  tokens: Set<string>;
  stageNamed(jobId: number, name: string): SandboxJob['stages'][number];
  /** Saves and reports what changed. */
  save(next: SandboxApplication, by: 'api' | 'hand', lagMs?: number): void;
  now(): string;
}

export function createOffice(
  options: OfficeOptions,
  log: WriteLog,
  report: (action: string, payload: unknown) => void,
): Office {
  const shelf = createShelf(log, placeOf);
  const jobs = new Map<number, SandboxJob>();
  let clock = 0;
  return {
    options,
    jobs,
    fields: new Map(options.customFields.map((key) => [key, true])),
    shelf,
    tokens: new Set(),
    stageNamed(jobId, name) {
      const stage = jobs.get(jobId)?.stages.find((one) => one.name === name);
      if (!stage) throw new Error(`Job ${jobId} of the sandbox has no stage "${name}".`);
      return stage;
    },
    save(next, by, lagMs = 0) {
      const before = shelf.saved(String(next.id));
      shelf.put(String(next.id), next, by, lagMs);
      if (by === 'hand' || options.echo)
        for (const [action, payload] of reports(before, next, jobs.get(next.jobId) as SandboxJob))
          report(action, payload);
    },
    // Never the same twice, so that no two events look alike.
    now() {
      clock = Math.max(Date.now(), clock + 1);
      return new Date(clock).toISOString();
    },
  };
}

export function edited(office: Office, application: SandboxApplication, change: GreenhouseEdit): SandboxApplication {
  const at = office.now();
  const next = { ...application, lastActivityAt: at };
  const offer = (part: Partial<SandboxOffer>): SandboxApplication => ({
    ...next,
    offer: { ...(application.offer ?? newOffer(application)), ...part },
  });
  switch (change.kind) {
    case 'move':
      return { ...next, stage: office.stageNamed(application.jobId, change.stage) };
    case 'reject': {
      const id = change.reasonId ?? 14;
      return {
        ...next,
        status: 'rejected',
        rejectedAt: at,
        rejectionReason: { id, name: office.options.rejectionReasons[id] ?? 'Other' },
      };
    }
    case 'unreject':
      return { ...next, status: 'in_process', rejectedAt: null, rejectionReason: null };
    case 'draft_offer':
      return offer({ startsOn: change.startsOn });
    case 'approve_offer':
      return offer({ version: (application.offer?.version ?? 0) + 1 });
    case 'send_offer':
      return offer({ sentOn: at.slice(0, 10) });
    case 'decline_offer':
      return offer({ status: 'Rejected', resolvedAt: at });
    case 'accept_offer':
      return {
        ...offer({
          status: 'Accepted',
          resolvedAt: at,
          ...(change.startsOn === undefined ? {} : { startsOn: change.startsOn }),
        }),
        status: 'hired',
      };
  }
}

const newOffer = ({ id }: SandboxApplication): SandboxOffer => ({
  id: id + 500_000,
  version: 1,
  status: 'Created',
  startsOn: '2030-01-07',
  sentOn: null,
  resolvedAt: null,
});

export function renameStage({ jobs, shelf }: Office, from: string, to: string): void {
  const renamed = <S extends { name: string }>(stage: S): S => (stage.name === from ? { ...stage, name: to } : stage);
  for (const job of jobs.values()) jobs.set(job.id, { ...job, stages: job.stages.map(renamed) });
  for (const application of shelf.all())
    if (application.stage.name === from)
      shelf.put(String(application.id), { ...application, stage: renamed(application.stage) }, 'hand');
}

export function mustHave({ shelf }: Office, id: string): SandboxApplication {
  const application = shelf.saved(id);
  if (!application) throw new Error(`The sandbox has no application ${id}.`);
  return application;
}

/** The webhooks a change causes. */
function reports(
  before: SandboxApplication | undefined,
  next: SandboxApplication,
  job: SandboxJob,
): [string, unknown][] {
  const application = webhookApplication(next, job);
  if (!before) return [['new_candidate_application', { application }]];
  const said: [string, unknown][] = [];
  if (next.offer && !before.offer) said.push(['offer_created', webhookOffer(next)]);
  else if (next.offer && next.offer !== before.offer)
    said.push([next.offer.version === before.offer?.version ? 'offer_updated' : 'offer_approved', webhookOffer(next)]);
  if (next.status === 'hired' && before.status !== 'hired')
    said.push(['hire_candidate', { application: webhookHire(next, job) }]);
  if (next.status === 'rejected' && before.status !== 'rejected') said.push(['reject_candidate', { application }]);
  if (next.status === 'in_process' && before.status === 'rejected') said.push(['unreject_candidate', { application }]);
  if (next.stage.id !== before.stage.id) said.push(['candidate_stage_change', { application }]);
  if (said.length === 0) said.push(['application_updated', { application }]);
  return said;
}
