// The figures of the state diagram: how many are where, how long they stay, what is stuck, refused or not shown yet.
import { limits } from '../../core/limits.ts';
import { type CompiledMachine, isWithin } from '../../core/machine/machine.ts';
import {
  connectionChoices,
  countByState,
  countElsewhere,
  countHeldUp,
  countLate,
  countRefused,
  countUnconfirmed,
  type FlowFilter,
  type RefusedCount,
  staysByState,
  type UnconfirmedCount,
} from '../../store/reports/flow.ts';
import { inOneSnapshot } from '../../store/reports/snapshot.ts';
import type { Context } from '../context.ts';

export interface StateFigures {
  state: string;
  owner: string;
  slaMs: number | null;
  here: number;
  late: number;
  stuck: number;
  /** Stays that ended in the window, and how long they were; null where there were none. */
  stays: number;
  medianMs: number | null;
  p90Ms: number | null;
  /** Refused ways out of this state, in the window. */
  refused: number;
  /** Writebacks of transitions out of this state that no target shows yet. */
  unconfirmed: number;
}

/** Somebody tried to go from one state to another where no way leads. */
export interface RefusedJump {
  from: string;
  /** Null where the claim names no state of this machine. */
  to: string | null;
  claim: string;
  count: number;
}

export interface UnconfirmedWay {
  /** The state, leaf or compound, that the arrow leaves on the diagram. */
  declaredOn: string;
  event: string;
  open: number;
  dead: number;
}

export interface Flow {
  /** The moment of all of it, ISO 8601. */
  at: string;
  states: StateFigures[];
  jumps: RefusedJump[];
  ways: UnconfirmedWay[];
  /** Subjects of this machine in other versions: not among the figures. */
  elsewhere: number;
  regions: string[];
  connections: string[];
  sources: string[];
}

/** Longer than one lease and its repetition, or tried more than once: something is in the way. As in the list of what is stuck. */
export const stuckBounds = { slowMs: 2 * limits.leaseMs, triesMin: 2 };

/** All of one moment. */
export async function readFlow(
  context: Pick<Context, 'database' | 'now'>,
  machine: CompiledMachine,
  filter: FlowFilter,
): Promise<Flow> {
  const [now, heldUpNow] = await inOneSnapshot(
    context.database,
    async (tx) => ({
      counts: await countByState(tx, filter),
      stays: await staysByState(tx, filter),
      refused: await countRefused(tx, filter),
      unconfirmed: await countUnconfirmed(tx, filter),
      elsewhere: await countElsewhere(tx, filter),
      late: await countLate(tx, filter),
      connections: await connectionChoices(tx),
    }),
    (tx) => countHeldUp(tx, filter, stuckBounds),
  );
  const { counts, unconfirmed, elsewhere, connections } = now;
  const { rows: refused, sources } = now.refused;
  const here = new Map<string, number>();
  for (const row of counts)
    if (filter.region === undefined || row.region === filter.region)
      here.set(row.state, (here.get(row.state) ?? 0) + row.here);
  const stays = new Map(now.stays.map((row) => [row.state, row]));
  const late = new Map(now.late.map((row) => [row.state, row.subjects]));
  const heldUp = new Map(heldUpNow.map((row) => [row.state, row.subjects]));
  return {
    at: new Date(context.now()).toISOString(),
    states: [...machine.leaves.values()].map((leaf) => ({
      state: leaf.path,
      owner: leaf.meta.owner,
      slaMs: leaf.slaMs,
      here: here.get(leaf.path) ?? 0,
      late: late.get(leaf.path) ?? 0,
      stuck: (late.get(leaf.path) ?? 0) + (heldUp.get(leaf.path) ?? 0),
      stays: stays.get(leaf.path)?.stays ?? 0,
      medianMs: stays.get(leaf.path)?.median_ms ?? null,
      p90Ms: stays.get(leaf.path)?.p90_ms ?? null,
      refused: sum(refused.filter((row) => row.state === leaf.path).map((row) => row.count)),
      unconfirmed: sum(unconfirmed.filter((row) => row.from_state === leaf.path).map((row) => row.open + row.dead)),
    })),
    jumps: refused.map((row) => ({ from: row.state, to: targetOf(machine, row), claim: row.claim, count: row.count })),
    ways: waysOf(machine, unconfirmed),
    elsewhere,
    regions: [...new Set(counts.map(({ region }) => region))]
      .filter((one) => one !== null)
      .sort()
      .slice(0, choicesMax),
    connections,
    sources,
  };
}

/** Regions that one may choose from. */
const choicesMax = 50;

/** A stage names the states it stands for; an event, the state that it leads to wherever it is possible. */
function targetOf(machine: CompiledMachine, { claim_kind, claim }: RefusedCount): string | null {
  if (claim_kind === 'stage') {
    const first = claim.split(' | ').find((state) => [...machine.leaves.keys()].some((leaf) => isWithin(leaf, state)));
    return first ?? null;
  }
  const edges = [...machine.edges.values()].flat().filter((edge) => edge.event === claim);
  return edges.find((edge) => edge.to !== null)?.to ?? null;
}

/** A transition of a compound state is one arrow, so what its states have is added up there. */
function waysOf(machine: CompiledMachine, rows: readonly UnconfirmedCount[]): UnconfirmedWay[] {
  const ways = new Map<string, UnconfirmedWay>();
  for (const row of rows) {
    const edge = (machine.edges.get(row.from_state) ?? []).find((one) => one.event === row.event_type);
    const declaredOn = edge?.declaredOn ?? row.from_state;
    const key = `${declaredOn} ${row.event_type}`;
    const way = ways.get(key) ?? { declaredOn, event: row.event_type, open: 0, dead: 0 };
    ways.set(key, { ...way, open: way.open + row.open, dead: way.dead + row.dead });
  }
  return [...ways.values()];
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
