// What happens to each made-up person before the erasure: the canary goes in by every door there is, the wrong ones too.
import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type MadeUpPerson, type Situation, valuesOf } from './canaries.ts';
import type { Mood } from './receiver.ts';
import { type Service, signingSecret } from './service.ts';

/** A person as Interlock knows it. */
export interface Living {
  made: MadeUpPerson;
  person: string;
  subject: string;
}

const moodOf: Readonly<Partial<Record<Situation, Mood>>> = {
  in_flight: 'hang',
  waiting_for_retry: 'bad',
  dead_letter: 'dead',
};

export async function live(service: Service, made: MadeUpPerson): Promise<Living> {
  const { canary, ref, situation } = made;
  const values = valuesOf(made, moodOf[situation] ?? 'good');
  if (situation === 'early_stranger') {
    await say(service, made, 'triage.started', { 'candidate.firstName': canary });
    await say(service, made, 'application.hired', { 'candidate.lastName': canary });
  }
  const opened = await say(service, made, 'application.received', values);
  const subject = opened.body.subject as string;
  if (opened.status !== 201) throw new Error(`Not opened: ${JSON.stringify(opened)}`);
  const found = await service.call('GET', `/v1/subjects?system=careers&ref=${encodeURIComponent(ref)}`);
  const person = found.body.items?.[0]?.person as string;
  if (!person) throw new Error(`Not found: ${JSON.stringify(found)}`);
  if (situation !== 'early_stranger') await say(service, made, 'triage.started', { 'candidate.location': canary });
  await say(service, made, 'screening.invited', {});
  await trouble[situation]?.(service, made, { made, person, subject });
  return { made, person, subject };
}

/** An event of the portal; its own id names the person too. */
export const say = (service: Service, { ref, email }: MadeUpPerson, type: string, data: Record<string, unknown>) =>
  service.call('POST', '/v1/events', {
    id: `${type} of ${email} ${randomUUID()}`,
    type,
    subject: { system: 'careers', ref },
    alsoKnownAs: [{ system: 'mailing-list', ref: `list ${email}` }],
    occurredAt: new Date().toISOString(),
    data,
  });

type Trouble = (service: Service, made: MadeUpPerson, living: Living) => Promise<unknown>;

const trouble: Readonly<Partial<Record<Situation, Trouble>>> = {
  parked: (service, made) =>
    say(service, made, 'offer.extended', { 'offer.startDate': '2027-01-01', 'candidate.lastName': made.canary }),
  held_lane: (service, _made, { subject }) =>
    service.call('POST', `/v1/lanes/${subject}/good/hold`, { reason: 'the recruiter asked for it' }),
  legal_hold: (service, _made, { person }) =>
    service.call('PUT', `/v1/persons/${person}/hold`, { reason: 'case 12 of 2026' }),
  quarantined: sendWhatNobodyUnderstands,
  refused_and_invalid: knockOnWrongDoors,
};

async function sendWhatNobodyUnderstands(service: Service, { canary, email, ref }: MadeUpPerson): Promise<void> {
  await hook(service, `no JSON at all: ${email} (${canary})`, email);
  await hook(
    service,
    JSON.stringify({ type: 'screening.finished', data: { mail: email, note: canary } }),
    randomUUID(),
  );
  const escaped = JSON.stringify({ data: { mail: email, note: canary } }).replace(
    /[@K]/g,
    (one) => `\\u00${one.charCodeAt(0).toString(16)}`,
  );
  await hook(service, escaped, randomUUID());
  await hook(service, `{"__proto__": {"${canary}": "${email}"}}`, randomUUID());
  // Understood, but with a value that the dictionary does not allow.
  await hook(
    service,
    JSON.stringify({
      type: 'screening.completed',
      timestamp: new Date().toISOString(),
      data: { application: { id: ref }, session: { id: `session of ${email}` }, score: 50, recommendation: canary },
    }),
    randomUUID(),
  );
}

async function knockOnWrongDoors(service: Service, made: MadeUpPerson): Promise<void> {
  const { canary, email } = made;
  await say(service, made, 'offer.accepted', { 'offer.startDate': '2027-01-01', 'candidate.lastName': canary });
  await say(service, made, 'application.received', { 'candidate.email': email });
  await say(service, made, canary, { [canary]: canary });
  await say(service, made, 'triage.started', {
    'candidate.email': `${canary} is no address`,
    'candidate.country': canary,
  });
  await service.call('POST', '/v1/events', `{"id": "${canary}", "type"`);
  await service.call('POST', '/v1/events', {
    id: canary,
    type: 'triage.started',
    subject: { id: canary },
    occurredAt: canary,
  });
  await service.call('POST', '/v1/events', { id: canary, data: { 'candidate.lastName': canary.repeat(20_000) } });
  await service.call('GET', `/v1/subjects/${canary}`);
  await service.call('GET', `/v1/subjects?system=${canary}&ref=${encodeURIComponent(email)}`);
  await service.call('GET', `/${canary}?q=${encodeURIComponent(email)}`, undefined, {
    'user-agent': canary,
    'x-request-id': canary,
    referer: `https://example.com/${email}`,
  });
  await service.call('POST', '/v1/persons/find', { email });
  await service.call('POST', `/hooks/tool`, `{"candidate": "${email}"}`, { 'webhook-id': canary });
  await service.call('POST', `/v1/persons/${canary}/erasure`, { basis: canary, reason: canary });
}

async function hook(service: Service, body: string, id: string): Promise<void> {
  const now = new Date();
  await service.call('POST', '/hooks/tool', body, {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(signingSecret).sign(id, now, body),
  });
}
