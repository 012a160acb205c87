// An accepted offer whose record the HR system shows becomes an onboarding there: one for each, with the terms that it begins on.
import { fingerprint } from '../../core/canonical-json.ts';
import type { PersonId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { findUnbegunOnboardings, type UnbegunOnboarding } from '../../store/connections/onboardings.ts';
import type { Connection } from '../connections/connections.ts';
import type { Context } from '../context.ts';
import { refSystemOf } from '../delivery/fetch-work.ts';
import { followOffers } from './follow-offers.ts';

/** Without it nothing begins. */
const startDate = 'offer.startDate';

/** What an onboarding begins with. Pay stays with the offer. */
const carried = [
  'candidate.firstName',
  'candidate.lastName',
  'candidate.email',
  'requisition.title',
  'requisition.type',
  'requisition.skips',
  'requisition.region',
  'requisition.businessUnit',
  'requisition.department',
  'requisition.location',
  startDate,
  'offer.jobTitle',
  'offer.employmentType',
  'offer.managerEmail',
  'offer.workLocation',
];

/** One round; bounded. Returns how many were begun, and how many values of offers told to those there are. What a crash interrupts is found by the next round. */
export async function beginOnboardings(context: Context): Promise<number> {
  const connections = await context.connections.load(context.database.engine);
  let begun = 0;
  for (const connection of connections) {
    const { adapter, settings } = connection;
    if (connection.status !== 'active' || connection.direction === 'out' || !adapter.onboardingRefs) continue;
    // Where none begins any more, those that have begun are told all the same.
    const refs = adapter.onboardingRefs(settings);
    const found = refs
      ? await findUnbegunOnboardings(context.database.engine, {
          system: refSystemOf(connection),
          source: `connection:${connection.id}`,
          refs: refs.source,
          needs: startDate,
          rowsMax: limits.sweepRowsMax,
        })
      : [];
    for (const one of found) begun += (await begin(context, connection, one)) ? 1 : 0;
    begun += await followOffers(context, refSystemOf(connection));
  }
  return begun;
}

async function begin(context: Context, connection: Connection, one: UnbegunOnboarding): Promise<boolean> {
  const { ref } = one;
  const data = await valuesOf(context, one);
  if (data[startDate] === undefined) return false;
  const now = new Date(context.now()).toISOString();
  const { disposition } = await context.recorder().record({
    source: `connection:${connection.id}`,
    connection: connection.id,
    by: connection.adapter.kind,
    externalId: `onboarding/${one.subject}`,
    fingerprint: fingerprint({ ref, data }),
    machine: 'onboarding',
    claim: { kind: 'event', type: 'onboarding.created' },
    subject: { kind: 'ref', system: refSystemOf(connection), ref },
    alsoKnownAs: [],
    ...(one.profile_system && one.profile_ref ? { profile: { system: one.profile_system, ref: one.profile_ref } } : {}),
    requisition: null,
    machineVersion: null,
    occurredAt: now,
    receivedAt: now,
    data,
  });
  return disposition === 'applied';
}

async function valuesOf(context: Context, one: UnbegunOnboarding): Promise<Record<string, unknown>> {
  const keys = context.vault.unwrap(one.person_id as PersonId, one);
  if (!keys) return {};
  const rows = await context.records.findElements(context.database.engine, one.subject, carried);
  return Object.fromEntries(
    rows.map(({ element, value_ct }) => [
      element,
      context.vault.unsealJson(keys.dataKey, ['element_value', element, one.subject], value_ct),
    ]),
  );
}
