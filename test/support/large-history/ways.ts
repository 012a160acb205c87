// The ways that generated subjects take through the released machines: each step is an edge of its machine, or loading fails.

import type { MachineName } from '../../../src/core/machine/definition.ts';
import type { CompiledMachine } from '../../../src/core/machine/machine.ts';
import type { MachineRegistry } from '../../../src/core/machine/registry.ts';

export interface Step {
  event: string;
  from: string;
  to: string;
}

export interface Way {
  machine: MachineName;
  /** Of a hundred subjects that are open, or that have ended. */
  share: number;
  ended: boolean;
  steps: readonly Step[];
  /** Of the last state, in ms. */
  slaMs: number | null;
}

const screened = 'triage.started screening.invited screening.started screening.completed';
const interviewed = `${screened} interview.requested interview.scheduled interview.completed`;
const offered = `${interviewed} offer.drafted offer.approved offer.extended`;

const described: readonly [machine: MachineName, ended: boolean, share: number, events: string][] = [
  ['application', false, 12, ''],
  ['application', false, 14, 'triage.started'],
  ['application', false, 13, 'triage.started screening.invited'],
  ['application', false, 6, 'triage.started screening.invited screening.started'],
  ['application', false, 14, screened],
  ['application', false, 6, `${screened} screening.passed`],
  ['application', false, 9, `${screened} interview.requested`],
  ['application', false, 8, `${screened} interview.requested interview.scheduled`],
  ['application', false, 4, interviewed],
  ['application', false, 3, `${interviewed} offer.drafted`],
  ['application', false, 4, offered],
  ['application', false, 2, `${offered} offer.accepted`],
  ['application', false, 2, `${screened} application.held`],
  ['requisition', false, 2, 'requisition.submitted requisition.approved requisition.opened'],
  ['onboarding', false, 1, 'documents.requested documents.completed provisioning.started'],
  ['application', true, 18, 'triage.started application.rejected'],
  ['application', true, 26, `${screened} application.rejected`],
  ['application', true, 14, `${interviewed} application.rejected`],
  ['application', true, 12, `${screened} screening.passed interview.requested application.withdrawn`],
  ['application', true, 24, `${offered} offer.accepted application.hired`],
  [
    'requisition',
    true,
    3,
    'requisition.submitted requisition.approved requisition.opened requisition.filled requisition.closed',
  ],
  [
    'onboarding',
    true,
    3,
    'documents.requested documents.completed provisioning.started provisioning.completed employee.started onboarding.completed',
  ],
];

const opening = {
  application: 'application.received',
  requisition: 'requisition.drafted',
  onboarding: 'onboarding.created',
} as const;

export function waysOf(machines: MachineRegistry): Way[] {
  return described.map(([name, ended, share, events]) => {
    const machine = machines.latest(name);
    const steps = walk(machine, [opening[name], ...events.split(' ').filter((event) => event !== '')]);
    const last = machine.leaves.get(steps.at(-1)?.to ?? '');
    return { machine: name, share, ended, steps, slaMs: ended ? null : (last?.slaMs ?? null) };
  });
}

function walk(machine: CompiledMachine, events: readonly string[]): Step[] {
  let from = 'none';
  return events.map((event) => {
    const to = machine.edges.get(from)?.find((edge) => edge.event === event)?.to;
    if (!to) throw new Error(`${machine.name} has no way by ${event} from ${from}`);
    const step = { event, from, to };
    from = to;
    return step;
  });
}
