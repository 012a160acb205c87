// An offer and the onboarding that began with it have one first day, and the same terms: what changes in one reaches the other, in whatever state that is.
import { fingerprint } from '../../core/canonical-json.ts';
import type { Claim } from '../../core/deciding/decide.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { SystemKind } from '../../core/machine/definition.ts';
import { type ChangedTerm, findChangedTerms } from '../../store/connections/onboardings.ts';
import type { Context } from '../context.ts';

/** Terms that both have. Of others the onboarding keeps what it began with. */
const terms = ['offer.startDate', 'offer.jobTitle', 'offer.employmentType', 'offer.managerEmail', 'offer.workLocation'];

const ways = [
  { from: 'application', to: 'onboarding' },
  { from: 'onboarding', to: 'application' },
] as const;
type Way = (typeof ways)[number];

/** One bounded round over the onboardings of one HR system. Returns how many values were news to the other side. */
export async function followOffers(context: Context, system: string): Promise<number> {
  const rowsMax = limits.sweepRowsMax;
  let told = 0;
  for (const way of ways) {
    const found = await findChangedTerms(context.database.engine, { from: way.from, system, source, terms, rowsMax });
    for (const one of found) told += (await tell(context, way, one)) ? 1 : 0;
  }
  return told;
}

const source = 'interlock';

/** True when it was news there. Told once for each value and each version of who is told, so that a lost race is made good. */
async function tell(context: Context, way: Way, one: ChangedTerm): Promise<boolean> {
  const keys = context.vault.unwrap(one.person_id as PersonId, one);
  if (!keys) return false;
  const { element } = one;
  const value = context.vault.unsealJson(keys.dataKey, ['element_value', element, one.origin], one.value_ct);
  const claim = claimFor(context, way, one);
  const now = new Date(context.now()).toISOString();
  const { disposition, detail } = await context.recorder().record({
    source,
    connection: null,
    by: authority(context, way, one),
    externalId: one.external_id,
    fingerprint: fingerprint({ element, value }),
    machine: way.to,
    claim,
    subject: { kind: 'id', id: one.subject },
    alsoKnownAs: [],
    requisition: null,
    machineVersion: null,
    occurredAt: one.occurred_at.toISOString(),
    receivedAt: now,
    data: { [element]: value },
  });
  return disposition === 'applied' || (detail?.taken as string[] | undefined)?.includes(element) === true;
}

const moved = { onboarding: 'start.moved', application: 'offer.amended' } as const;

/** Where the machine has an event for another first day, that happens; before and after, and of all else, the value alone changes. */
function claimFor(
  { machines }: Context,
  { to }: Way,
  { element, state, machine_version: version }: ChangedTerm,
): Claim {
  const edges = machines.get(to, version).edges.get(state) ?? [];
  const moves = element === 'offer.startDate' && edges.some((edge) => edge.event === moved[to]);
  return moves ? { kind: 'event', type: moved[to] } : { kind: 'stage', targets: [state] };
}

/** What holds of the offer was weighed there already, and comes with the word of the source that counts; what the onboarding says is weighed by the offer. */
const authority = ({ dictionary }: Context, { from }: Way, { element, by_kind: by }: ChangedTerm): SystemKind =>
  from === 'application' ? (dictionary.element(element)?.goldenSource ?? by) : by;
