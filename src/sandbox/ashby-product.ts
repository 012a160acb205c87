// What people do in the simulated Ashby's product: plans, jobs, and changes to applications by hand.
import { randomUUID } from 'node:crypto';
import type { AshbyAccount } from './ashby-api.ts';
import type { SandboxApplication, SandboxJob, SandboxOffer, SandboxPlan, SandboxPlanStage } from './ashby-model.ts';

/** What a person does to an application in the product. */
export type AshbyEdit =
  | { kind: 'move'; stage: string }
  | { kind: 'archive'; reason: string }
  | { kind: 'hire' }
  | { kind: 'offer'; change: Partial<Pick<SandboxOffer, 'offerStatus' | 'startDate' | 'approved' | 'decidedAt'>> };

/** A plan with these active stages and the two that every plan ends with. */
export function newPlan(titles: readonly string[]): SandboxPlan {
  const active = titles.map((title) => ({ title, type: title === 'Offer' ? 'Offer' : 'Active' }));
  const ends = [
    { title: 'Hired', type: 'Hired' },
    { title: 'Archived', type: 'Archived' },
  ];
  return {
    id: randomUUID(),
    stages: [...active, ...ends].map((stage) => ({ id: randomUUID(), ...stage }) as SandboxPlanStage),
  };
}

/** In every plan; applications in it follow. */
export function renameStage({ plans, shelf }: AshbyAccount, from: string, to: string): void {
  const renamed = <S extends { title: string }>(one: S): S => (one.title === from ? { ...one, title: to } : one);
  for (const plan of plans.values()) plans.set(plan.id, { ...plan, stages: plan.stages.map(renamed) });
  for (const one of shelf.all())
    if (one.stage.title === from) shelf.put(one.id, { ...one, stage: renamed(one.stage) }, 'hand');
}

export function stageTitled({ plans }: AshbyAccount, { plan }: SandboxJob, title: string): SandboxPlanStage {
  const stage = plans.get(plan.id)?.stages.find((one) => one.title === title);
  if (!stage) throw new Error(`The plan of the sandbox has no stage "${title}".`);
  return stage;
}

export function edited(account: AshbyAccount, id: string, change: AshbyEdit): SandboxApplication {
  const one = account.shelf.saved(id);
  if (!one) throw new Error(`The sandbox has no application ${id}.`);
  const next = { ...one, updatedAt: account.now() };
  switch (change.kind) {
    case 'move':
      return { ...next, stage: stageTitled(account, one.job, change.stage), archiveReason: null };
    case 'archive': {
      const archiveReason = account.archiveReasons.find((reason) => reason.id === change.reason) ?? null;
      return { ...next, stage: stageTitled(account, one.job, 'Archived'), archiveReason };
    }
    case 'hire':
      return { ...next, stage: stageTitled(account, one.job, 'Hired') };
    case 'offer':
      return { ...next, offer: { ...(one.offer ?? newOffer(next.updatedAt)), ...change.change } };
  }
}

const newOffer = (createdAt: string): SandboxOffer => ({
  id: randomUUID(),
  offerStatus: 'WaitingOnApprovalStart',
  startDate: '2030-01-07',
  approved: false,
  decidedAt: null,
  createdAt,
});
