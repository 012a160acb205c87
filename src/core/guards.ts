// The guards that machines name: pure questions about a subject's facts. A requisition may lack a stage; nothing else opens an edge.

/** What guards may know of a subject: facts about it and about its requisition. No personal data. */
export interface Facts {
  requisition?: {
    type?: string /** Stages this requisition does without, such as `screening` or `interview`. */;
    skips?: readonly string[];
  };
}

/** A guard as a machine names it. */
export interface GuardReference {
  type: string;
  params: Readonly<Record<string, string>>;
}

interface Guard {
  /** Names of the parameters it needs, all of them. */
  params: readonly string[];
  holds(facts: Facts, params: Readonly<Record<string, string>>): boolean;
  /** What it means when it does not hold, in words for a refusal. */
  unmet(params: Readonly<Record<string, string>>): string;
}

export const guards: Readonly<Record<string, Guard>> = {
  /** The requisition does without this stage. */
  requisitionSkips: {
    params: ['stage'],
    holds: (facts, params) => facts.requisition?.skips?.includes(params.stage ?? '') ?? false,
    unmet: (params) => `the requisition does not do without "${params.stage}"`,
  },
};

/** True when there is no guard, or when it holds. Throws for a guard that does not exist: a released machine names none. */
export const guardHolds = (guard: GuardReference | null, facts: Facts): boolean =>
  guard === null || guardNamed(guard.type).holds(facts, guard.params);

/** Why a guard keeps its edge shut, in words for a refusal. */
export const guardWords = (guard: GuardReference): string => guardNamed(guard.type).unmet(guard.params);

function guardNamed(name: string): Guard {
  const guard = Object.hasOwn(guards, name) ? guards[name] : undefined;
  if (!guard)
    throw new Error(
      `There is no guard "${name}". Guards are listed in src/core/guards.ts: ${Object.keys(guards).join(', ')}.`,
    );
  return guard;
}
