// How a connection does, in words, and what somebody can do about it.
import type { ConnectionHealth, HealthState, Worry } from '../services/connections/read-connection-health.ts';
import { count, plural } from './words.ts';
import type { Tone } from './writeback-words.ts';

export const stateWords: Readonly<Record<HealthState, readonly [word: string, tone: Tone]>> = {
  good: ['Well', 'good'],
  warn: ['Look at it', 'warn'],
  bad: ['In trouble', 'bad'],
  paused: ['Paused', 'warn'],
};

export interface WorryWords {
  says: string;
  todo: string;
  /** Where to go on. */
  href?: string;
}

export function worryWords(
  { code, count: many }: Worry,
  { connection, missing, lanesGone }: ConnectionHealth,
): WorryWords {
  const { id } = connection;
  switch (code) {
    case 'credentials_refused':
      return {
        says: 'The system refuses our credentials, and nothing is written',
        todo: 'Renew them at the vendor, set them with `connection rotate-secret`, then close the circuit. Nothing was given up because of it.',
      };
    case 'circuit_open':
      return {
        says: 'The circuit is open: the system failed more often than not',
        todo: 'It is tried again by itself with one write. Close it here when the system is well.',
      };
    case 'given_up':
      return {
        says: `${plural(many, 'write')} given up`,
        todo: 'Redrive them when the cause is gone, or waive them.',
        href: `/writebacks?status=dead&connection=${id}`,
      };
    case 'mapping_gone':
      return {
        says: `${plural(missing.length, 'stage or field', 'stages or fields')} of the mapping ${missing.length === 1 ? 'is' : 'are'} gone; ${plural(lanesGone, 'subject')} wait`,
        todo: 'Rename it back at the vendor, or change the mapping. What waits is written then by itself.',
      };
    case 'polling_stale':
      return {
        says: 'Nothing could be polled for a while',
        todo: 'See why below. It goes on by itself when the system answers.',
      };
    case 'file_trouble':
      return {
        says: `${plural(many, 'file')} or folders that are not as agreed`,
        todo: 'Each incident says the reason; the setup guide of file-drop says what to do about it.',
        href: '/incidents?kind=file_trouble',
      };
    case 'rate_limited':
      return {
        says: 'The system asked us to wait',
        todo: 'It goes on by itself. If it happens often, lower the rate below.',
      };
    case 'unmapped_stage':
      return {
        says: `${plural(many, 'stage')} that nobody has mapped ${many === 1 ? 'was' : 'were'} seen`,
        todo: 'Map it in the settings of the connection; what waited for it can be replayed then.',
      };
    case 'quarantined':
      return {
        says: `${plural(many, 'payload')} nobody understood`,
        todo: 'They are kept whole, and replayed once the mapping is mended.',
      };
    case 'disagrees':
      return {
        says: `${plural(many, 'subject')} of which it shows something else`,
        todo: 'See why, and whose turn it is.',
        href: `/agreement?connection=${id}`,
      };
    case 'catalogue_unread':
      return {
        says: 'Its list of stages and fields could not be read',
        todo: 'A right may be missing from our credentials.',
      };
    case 'unknown_fields':
      return {
        says: `${plural(many, 'field')} came that nobody has mapped`,
        todo: 'They are kept out. Map them in the dictionary if they are needed.',
      };
    case 'secrets_rotating':
      return {
        says: 'New secrets are good beside the old ones',
        todo: 'End the rotation with `connection rotate-secret` when the vendor uses the new ones.',
      };
  }
}

export const circuitWords: Readonly<Record<string, string>> = {
  closed: 'closed: writes go out',
  open: 'open: nothing goes out',
  half_open: 'half open: one write is tried',
};

export function rateWords({ connection: { rate, concurrency } }: ConnectionHealth): string {
  const pace = rate
    ? `${count(rate.requests)} requests in ${rate.perMs % 1_000 === 0 ? `${count(rate.perMs / 1_000)} s` : `${count(rate.perMs)} ms`}`
    : 'no limit known';
  return `${pace}; ${count(concurrency)} at once`;
}
