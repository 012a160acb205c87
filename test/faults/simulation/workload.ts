// What simulated senders want to say: walks through the lifecycle, each step an event that a system may cause.
import type { Intake } from '../../../src/core/deciding/intake.ts';
import type { SystemKind } from '../../../src/core/machine/definition.ts';
import type { CompiledMachine, Edge } from '../../../src/core/machine/machine.ts';
import type { Choices } from './choices.ts';
import type { System } from './office.ts';
import { statesOf } from './simulated-adapter.ts';
import type { VendorWebhook } from './vendor.ts';

export interface Sender {
  ref: string;
  /** What it still has to say, in order; it says things again until it has an answer. */
  unsaid: Intake[];
}

const speakers: readonly SystemKind[] = ['operator', 'screening', 'portal', 'hris'];

/** A sender that walks its application up to `steps` transitions on from where the ATS opens it. */
export function sender(machine: CompiledMachine, ref: string, steps: number, choices: Choices): Sender {
  const unsaid: Intake[] = [];
  let state = 'active.received';
  for (let step = 0; step < steps; step += 1) {
    const ways = (machine.edges.get(state) ?? []).filter(
      (edge) => edge.guard === null && speakerOf(edge) !== undefined,
    );
    if (ways.length === 0) break;
    // Onwards mostly: the ends of the lifecycle are one event away from everywhere.
    const onwards = ways.filter((edge) => edge.to?.startsWith('active') || edge.to === 'hired');
    const edge = choices.pick(onwards.length > 0 && !choices.chance(0.15) ? onwards : ways);
    const data = Object.fromEntries(edge.meta.requires.map((element) => [element, 'said']));
    unsaid.push(intakeOf({ ref, id: `${ref}-${step}`, type: edge.event, by: speakerOf(edge) as SystemKind, data }));
    state = edge.to ?? 'active.received';
  }
  return { ref, unsaid };
}

const speakerOf = (edge: Edge): SystemKind | undefined => speakers.find((kind) => edge.meta.causedBy.includes(kind));

interface Said {
  ref: string;
  id: string;
  type: string;
  by: SystemKind;
  data: Record<string, unknown>;
}

const time = '2026-01-05T08:00:00.000Z';

const intakeOf = ({ ref, id, type, by, data }: Said): Intake => ({
  source: 'client:cli_simulated',
  connection: null,
  by,
  externalId: id,
  fingerprint: JSON.stringify([ref, type, data]),
  machine: 'application',
  claim: { kind: 'event', type },
  subject: { kind: 'ref', system: 'ats', ref },
  alsoKnownAs: [],
  requisition: null,
  machineVersion: null,
  occurredAt: time,
  receivedAt: time,
  data,
});

const reasons: Readonly<Record<string, string>> = {
  Rejected: 'rejection.reason',
};

/** A vendor's webhook as the accept path receives it: the application arrives, or its card stands in a stage now. */
export function intakeOfWebhook(webhook: VendorWebhook, system: System, now: number): Intake {
  const { kind: by, stages } = system;
  const { connection } = system.vendor;
  const reason = reasons[webhook.stage];
  const at = new Date(webhook.at).toISOString();
  return {
    source: `connection:${connection}`,
    connection,
    by,
    externalId: webhook.id,
    fingerprint: JSON.stringify(webhook),
    machine: 'application',
    claim: webhook.first
      ? { kind: 'event', type: 'application.received' }
      : { kind: 'stage', targets: statesOf(stages, webhook.stage) },
    subject: { kind: 'ref', system: 'ats', ref: webhook.ref },
    alsoKnownAs: [],
    requisition: null,
    machineVersion: null,
    occurredAt: at,
    receivedAt: new Date(now).toISOString(),
    data: reason === undefined ? {} : { [reason]: 'said' },
  };
}
