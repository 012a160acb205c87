// Made-up people whose every personal value holds a word that exists nowhere else, so that a byte of theirs can be found anywhere.
import type { Random } from '../../../src/sandbox/kernel/random.ts';

/** In every canary, and in nothing else on the machine. */
export const marker = 'Kanarienvogel7Xq';

export interface MadeUpPerson {
  number: number;
  canary: string;
  email: string;
  /** What the careers portal calls the application: an address for some, a plain id for others. */
  ref: string;
  situation: Situation;
}

export const situations = [
  'settled',
  'in_flight',
  'waiting_for_retry',
  'dead_letter',
  'parked',
  'held_lane',
  'legal_hold',
  'quarantined',
  'early_stranger',
  'refused_and_invalid',
] as const;
export type Situation = (typeof situations)[number];

export function madeUpPerson(seed: number, number: number, random: Random): MadeUpPerson {
  const canary = `${marker}${seed}n${number}r${Math.floor(random.next() * 1e9).toString(36)}`;
  const email = `${canary}@example.com`;
  return {
    number,
    canary,
    email,
    // Decided by the number, so that every situation meets both within twenty people.
    ref: Math.floor(number / situations.length) % 2 === 0 ? email : `application-${seed}-${number}`,
    situation: situations[number % situations.length] ?? 'settled',
  };
}

/** Every element that an application may carry from its beginning, with the canary in each that can hold one. */
export const valuesOf = ({ canary, email }: MadeUpPerson, region: string): Record<string, unknown> => ({
  'candidate.firstName': `Ada ${canary}`,
  'candidate.lastName': `${canary} von "Anführung" \n zweite Zeile`,
  'candidate.preferredName': canary,
  'candidate.email': email,
  'candidate.phone': `+49 ${canary}`.slice(0, 50),
  'candidate.location': `Straße ${canary}`,
  'candidate.resumeUrl': `https://example.com/${canary}.pdf`,
  'candidate.profileUrl': `https://example.com/${canary}`,
  'application.source': `told by ${canary}`,
  'application.referrer': canary,
  'application.recruiterEmail': `recruiter-${email}`,
  'requisition.hiringManagerEmail': `manager-${email}`,
  'requisition.region': region,
});
