// What values tell of a subject and its person: facts that open guards, attributes that choose connections, and how a person is found.
import type { Facts } from '../../core/machine/guards.ts';
import type { Batch } from './batch.ts';
import type { WorkingSubject } from './ledger.ts';

/** Elements by which persons are compared. */
const telling = ['candidate.email', 'candidate.phone', 'candidate.firstName', 'candidate.lastName'];

/** `taken`: values that hold from now on, and did not before. */
export function learn(batch: Batch, subject: WorkingSubject, taken: Readonly<Record<string, unknown>>): void {
  learnFacts(subject, taken);
  const email = taken['candidate.email'];
  const index = typeof email === 'string' ? batch.context.vault.emailIndex(email) : null;
  if (subject.newPerson) subject.newPerson.email_index = index ?? subject.newPerson.email_index;
  else if (telling.some((element) => taken[element] !== undefined))
    batch.ledger.contacts.set(subject.person, index ?? batch.ledger.contacts.get(subject.person) ?? null);
}

function learnFacts(subject: WorkingSubject, taken: Readonly<Record<string, unknown>>): void {
  const text = (name: string): string | undefined =>
    typeof taken[name] === 'string' ? (taken[name] as string) : undefined;
  const skips = taken['requisition.skips'];
  const type = text('requisition.type');
  if (type !== undefined || Array.isArray(skips)) {
    // The state is the requisition's own, and is asked for each time.
    const { state, ...known } = subject.place.facts.requisition ?? {};
    const requisition: NonNullable<Facts['requisition']> = { ...known };
    if (type !== undefined) requisition.type = type;
    if (Array.isArray(skips)) requisition.skips = skips.filter((one): one is string => typeof one === 'string');
    subject.ownFacts = { ...subject.ownFacts, requisition };
    const now = state === undefined ? requisition : { ...requisition, state };
    subject.place = { ...subject.place, facts: { ...subject.place.facts, requisition: now } };
    subject.moved = true;
  }
  subject.requisitionType = subject.place.facts.requisition?.type ?? subject.requisitionType;
  const [region, unit] = [text('requisition.region'), text('requisition.businessUnit')];
  if (region === undefined && unit === undefined) return;
  subject.region = region ?? subject.region;
  subject.businessUnit = unit ?? subject.businessUnit;
  subject.moved = true;
}
