// Faults of the vendors and of the people who work in them: refusals, lies, silence, and cards moved by hand.
import type { CallKind, FaultChances, FaultScript } from '../../../src/sandbox/kernel/faults.ts';
import type { Rig } from '../rig/rig.ts';
import type { Fault } from './fault.ts';

type Spell = Partial<Record<CallKind, FaultChances>>;
const underWay = new WeakMap<FaultScript, Set<Spell>>();

/** For a while, writes (and perhaps reads) go wrong in these ways; the next write, whenever it comes, in the first of them. */
const badSpell = (name: string, ids: string, write: FaultChances, read: FaultChances = {}): Fault => ({
  name,
  ids,
  lastsMs: [2_000, 5_000],
  begin(rig) {
    const [surely] = Object.keys(write) as (keyof FaultChances)[];
    const ends = [rig.vendors.greenhouse, rig.vendors.bamboohr].map(({ faults }) => {
      if (surely !== undefined) faults.next(surely);
      return cast(faults, { write, read });
    });
    return () => {
      for (const end of ends) end();
    };
  },
});

/** Spells overlap: the end of one leaves the others as they are. */
function cast(faults: FaultScript, spell: Spell): () => void {
  const spells = underWay.get(faults) ?? new Set();
  underWay.set(faults, spells.add(spell));
  const take = (): void => {
    for (const call of ['read', 'write', 'auth'] as const)
      faults.setChances(call, together([...spells].map((one) => one[call] ?? {})));
  };
  take();
  return () => {
    spells.delete(spell);
    take();
  };
}

/** What is rarest goes first, so that no frequent fault hides it. */
function together(chances: readonly FaultChances[]): FaultChances {
  const all = chances.flatMap((one) => Object.entries(one) as [keyof FaultChances, number][]);
  const sums: FaultChances = {};
  for (const [kind, chance] of all.sort(([, a], [, b]) => a - b)) sums[kind] = (sums[kind] ?? 0) + chance;
  return sums;
}

export const vendorFaults: readonly Fault[] = [
  badSpell('vendor_rate_limits', 'F29', { rate_limit: 0.35, rate_limit_date: 0.2, rate_limit_bare: 0.1 }),
  badSpell('vendor_errors', 'F30', { error_before: 0.5, bad_gateway: 0.2 }, { error_before: 0.2, bad_gateway: 0.1 }),
  badSpell('vendor_ambiguous', 'F31', { save_then_500: 0.25, save_then_hang: 0.1, reset: 0.25 }),
  badSpell('vendor_lags', 'F32', { read_lag: 0.6 }),
  badSpell(
    'vendor_lies',
    'F31',
    { save_nothing: 0.3, html_200: 0.1, wrong_type: 0.1 },
    { html_200: 0.05, wrong_type: 0.05 },
  ),
  badSpell('vendor_slow', 'F22', { slow: 0.7 }, { slow: 0.5 }),
  {
    name: 'vendor_refuses_credentials',
    ids: 'F33',
    lastsMs: [500, 2_500],
    begin(rig) {
      const { greenhouse } = rig.vendors;
      const end = cast(greenhouse.faults, { auth: { unauthorised: 1 } });
      greenhouse.revokeTokens();
      return end;
    },
  },
  {
    name: 'vendor_outage',
    ids: 'F35',
    lastsMs: [1_000, 4_000],
    begin(rig, random) {
      const proxy = rig.proxies.get(random.pick(['greenhouse', 'greenhouse', 'bamboohr']));
      proxy?.set(random.chance(0.5) ? { kind: 'refuse' } : { kind: 'black_hole' });
      return () => proxy?.set({ kind: 'pass' });
    },
  },
  {
    name: 'vendor_answer_cut',
    ids: 'F31',
    lastsMs: [0, 0],
    begin(rig, random) {
      const proxy = rig.proxies.get('greenhouse');
      proxy?.reset();
      proxy?.cutAfter(random.integer(20, 600));
    },
  },
  {
    name: 'vendor_requests_doubled',
    ids: 'F31',
    lastsMs: [500, 1_500],
    begin(rig) {
      const proxy = rig.proxies.get('greenhouse');
      proxy?.reset();
      proxy?.duplicate(3);
      return () => proxy?.duplicate(0);
    },
  },
  {
    name: 'webhooks_disordered',
    ids: 'F1 F3',
    lastsMs: [1_500, 4_000],
    begin(rig) {
      const emitters = [rig.vendors.greenhouse.webhooks, rig.vendors.screening.webhooks];
      for (const one of emitters) one?.tune({ delayMs: { min: 0, max: 1_500 }, duplicates: 0.5 });
      return () => {
        for (const one of emitters) one?.tune({ delayMs: { min: 0, max: 0 }, duplicates: 0 });
      };
    },
  },
  { name: 'people_move_cards', ids: 'F36', lastsMs: [0, 0], begin: moveCards },
];

async function moveCards(rig: Rig, random: Parameters<Fault['begin']>[1]): Promise<void> {
  const { greenhouse } = rig.vendors;
  for (let times = 0; times < 5; times += 1) {
    const cards = greenhouse.applications().filter((one) => one.status === 'in_process');
    if (cards.length > 0) {
      const stage = random.pick(['Application Review', 'Assessment', 'Interview', 'Offer']);
      greenhouse.editByHand(String(random.pick(cards).id), { kind: 'move', stage });
    }
    await new Promise((resolve) => setTimeout(resolve, random.integer(20, 300)));
  }
}
