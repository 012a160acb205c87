// What a lifecycle file in machines/ may say: an XState v5 config, JSON-safe, with our words in `meta`.

/** The kinds of outside system (and `operator`, a person in Interlock) that may cause a transition. */
export const systemKinds = ['ats', 'screening', 'scheduling', 'hris', 'portal', 'operator'] as const;
export type SystemKind = (typeof systemKinds)[number];

export interface StateMeta {
  /** Who acts next while a subject is here, in words a recruiter uses. */
  owner: string;
  /** How long a subject may stay before it counts as stuck: an ISO 8601 duration, or null where waiting is fine. */
  sla: string | null;
  /** The kind of system whose word counts for this state. */
  systemOfRecord: SystemKind;
  /** When a system shows something else: write our state back, or hold for a person. */
  onDivergence: 'revert' | 'hold';
}

export interface TransitionMeta {
  causedBy: readonly SystemKind[];
  /** Elements (names of the dictionary) that the event must carry. */
  requires: readonly string[];
  /** Leads back to where the subject was before: not counted when asking whether an event may still come. */
  backward?: true;
}

export interface TransitionDefinition {
  target: string;
  description: string;
  /** A name in core/guards.ts, with its parameters. */
  guard?: { type: string; params?: Readonly<Record<string, string>> };
  meta: TransitionMeta;
}

export interface StateDefinition {
  type?: 'final' | 'history';
  history?: 'deep' | 'shallow';
  initial?: string;
  description?: string;
  meta?: StateMeta;
  on?: Readonly<Record<string, TransitionDefinition | readonly TransitionDefinition[]>>;
  states?: Readonly<Record<string, StateDefinition>>;
}

/** One version of one lifecycle. `id` and `version` name it; `version` is a whole number as text. */
export interface MachineDefinition {
  id: 'application' | 'requisition' | 'onboarding';
  version: `${number}`;
  description: string;
  initial: string;
  states: Readonly<Record<string, StateDefinition>>;
}

export type MachineName = MachineDefinition['id'];
export const machineNames: readonly MachineName[] = ['application', 'requisition', 'onboarding'];
