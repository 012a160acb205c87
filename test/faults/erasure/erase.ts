// Erases one made-up person while things go on about it, and says what was not as promised.
import { setTimeout as sleep } from 'node:timers/promises';
import { valuesOf } from './canaries.ts';
import { type Living, say } from './lives.ts';
import type { Service } from './service.ts';

export interface ErasedPerson {
  faults: string[];
  /** Rare branches that were met. */
  met: string[];
  tookMs: number;
}

/** An erasure takes some 80 ms: what is said beside it comes at its start, or so many steps later. */
const raceSteps = 8;
const raceStepMs = 15;

const wish = { basis: 'consent_withdrawn', reason: 'request 17' };

export async function erase(service: Service, { made, person, subject }: Living): Promise<ErasedPerson> {
  const faults: string[] = [];
  const met: string[] = [made.situation];
  if (made.situation === 'legal_hold') {
    const refused = await service.call('POST', `/v1/persons/${person}/erasure`, wish);
    if (
      refused.status !== 409 ||
      refused.body.code !== 'legal_hold' ||
      !String(refused.body.detail).includes('case 12')
    )
      faults.push(`erased under a legal hold: ${refused.status}`);
    else met.push('refused_by_hold');
    await service.call('DELETE', `/v1/persons/${person}/hold?reason=closed`);
  }
  if (made.number % 25 === 0) await checkExport(service, person, made.canary, faults);
  const from = performance.now();
  // At the same moment or while it goes on, so that some are recorded before it, some after, and some wait for its lock.
  const sayBeside = async (): ReturnType<typeof say> => {
    await sleep((made.number % raceSteps) * raceStepMs);
    return say(service, made, 'screening.started', { 'candidate.lastName': made.canary });
  };
  const [answer, beside] = await Promise.all([
    service.call('POST', `/v1/persons/${person}/erasure`, wish),
    sayBeside(),
  ]);
  const tookMs = performance.now() - from;
  if (answer.status !== 200) return { faults: [...faults, `not erased: ${JSON.stringify(answer)}`], met, tookMs };
  met.push(beside.body.code === 'person_erased' ? 'event_lost_the_race' : 'event_won_the_race');
  const { scope } = answer.body;
  for (const [count, branch] of [
    [scope.inFlight, 'cancelled_in_flight'],
    [scope.parked, 'settled_parked'],
    [scope.strangers, 'found_strangers'],
    [scope.waived, 'waived'],
  ] as const)
    if (count > 0) met.push(branch);
  const late = await say(service, made, 'screening.completed', valuesOf(made, 'good'));
  if (late.status !== 409 || late.body.code !== 'person_erased' || late.body.subject !== subject)
    faults.push(`an event after the erasure was answered ${late.status} ${late.body.code}`);
  const again = await service.call('POST', `/v1/persons/${person}/erasure`, wish);
  if (again.status !== 200 || again.body.scope.values !== 0) faults.push('erasing again was not harmless');
  const gone = await service.call('GET', `/v1/persons/${person}/export`);
  if (JSON.stringify(gone.body).includes(made.canary)) faults.push('the export still holds the canary');
  const found = await service.call('POST', '/v1/persons/find', { email: made.email });
  if (found.body.items.length > 0) faults.push('the person is still found by the address');
  return { faults, met, tookMs };
}

/** An export is complete when every value that went in comes out: what it does not find, erasure would not find either. */
async function checkExport(service: Service, person: string, canary: string, faults: string[]): Promise<void> {
  const { status, body } = await service.call('GET', `/v1/persons/${person}/export`);
  const values = (body.subjects?.[0]?.values ?? []) as { element: string; value: unknown }[];
  const with_ = values.filter((one) => String(one.value).includes(canary)).length;
  if (status !== 200 || with_ < 10) faults.push(`the export holds ${with_} of the values that went in`);
}
