// The guards that machines name: pure questions about a subject's facts. A requisition may lack a stage, and may not be live; nothing else opens or shuts an edge.
import { isWithin } from './state-path.ts';

/** What guards may know of a subject: facts about it and about its requisition. No personal data. */
export interface Facts {
  requisition?: {
    type?: string /** Stages this requisition does without, such as `screening` or `interview`. */;
    skips?: readonly string[];
    /** The state that the requisition is in right now; left out where Interlock does not know the requisition. */
    state?: string;
  };
}

/** A guard as a machine names it. */
export interface GuardReference {
  type: string;
  params: Readonly<Record<string, string>>;
}

/** A subject's facts with those of its requisition: what it was told itself goes before, and the state is the requisition's alone. */
export function factsWith(own: Facts, requisition: { facts: Facts; state: string } | null): Facts {
  if (!requisition) return own;
  const { facts, state } = requisition;
  return { ...facts, ...own, requisition: { ...facts.requisition, ...own.requisition, state } };
}

type Params = Readonly<Record<string, string>>;

interface Guard {
  /** Names of the parameters it needs, all of them. */
  params: readonly string[];
  holds(facts: Facts, params: Params): boolean;
  /** True when it does not hold, and may once its requisition moves: then an event waits instead of being refused. */
  mayCome(facts: Facts, params: Params): boolean;
  /** True when the requisition's state counts: it must not have moved when a transition through this guard is written. */
  readsRequisition: boolean;
  /** What it means when it does not hold, in words for a refusal. */
  unmet(facts: Facts, params: Params): string;
}

/** Requisitions that Interlock has never heard of stand in nobody's way. */
const isLive = ({ requisition }: Facts): boolean =>
  requisition?.state === undefined || requisition.state === 'none' || isWithin(requisition.state, 'live');
/** Held, filled and cancelled ones may be taken up again; a closed one never is. */
const mayLive = (facts: Facts): boolean => !isLive(facts) && facts.requisition?.state !== 'closed';
const notLive = ({ requisition }: Facts): string =>
  `the requisition is ${(requisition?.state ?? 'not known').replaceAll('_', ' ')}`;
const skips = ({ requisition }: Facts, { stage = '' }: Params): boolean => requisition?.skips?.includes(stage) ?? false;
const notSkipped = ({ stage }: Params): string => `the requisition does not do without "${stage}"`;

export const guards: Readonly<Record<string, Guard>> = {
  /** The requisition does without this stage. */
  requisitionSkips: {
    params: ['stage'],
    holds: skips,
    mayCome: () => false,
    readsRequisition: false,
    unmet: (_, params) => notSkipped(params),
  },
  /** The requisition is neither held, filled, cancelled nor closed. */
  requisitionLive: {
    params: [],
    holds: isLive,
    mayCome: mayLive,
    readsRequisition: true,
    unmet: notLive,
  },
  /** Both of them: what has two guards would be two edges, of which one event can take either. */
  liveRequisitionSkips: {
    params: ['stage'],
    holds: (facts, params) => skips(facts, params) && isLive(facts),
    mayCome: (facts, params) => skips(facts, params) && mayLive(facts),
    readsRequisition: true,
    unmet: (facts, params) => (skips(facts, params) ? notLive(facts) : notSkipped(params)),
  },
};

/** True when there is no guard, or when it holds. Throws for a guard that does not exist: a released machine names none. */
export const guardHolds = (guard: GuardReference | null, facts: Facts): boolean =>
  guard === null || guardNamed(guard.type).holds(facts, guard.params);

/** True when the edge is shut now, but opens by itself once the requisition is taken up again. */
export const guardMayCome = (guard: GuardReference | null, facts: Facts): boolean =>
  guard !== null && guardNamed(guard.type).mayCome(facts, guard.params);

/** True when the edge leads on now, or once the requisition is taken up again. */
export const guardMayHold = (guard: GuardReference | null, facts: Facts): boolean =>
  guardHolds(guard, facts) || guardMayCome(guard, facts);

/** True when what opens the edge is the state of the requisition, which others move. */
export const guardReadsRequisition = (guard: GuardReference | null): boolean =>
  guard !== null && guardNamed(guard.type).readsRequisition;

/** Why a guard keeps its edge shut, in words for a refusal. */
export const guardWords = (guard: GuardReference, facts: Facts): string =>
  guardNamed(guard.type).unmet(facts, guard.params);

function guardNamed(name: string): Guard {
  const guard = Object.hasOwn(guards, name) ? guards[name] : undefined;
  if (!guard)
    throw new Error(
      `There is no guard "${name}". Guards are listed in src/core/machine/guards.ts: ${Object.keys(guards).join(', ')}.`,
    );
  return guard;
}
