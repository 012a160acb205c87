// What the senders of a soak know of each event, in a few bytes: what they sent, what they heard, and whether one answer spoke against another.

export const dispositions = ['applied', 'duplicate', 'echo', 'stale', 'refused', 'quarantined', 'parked'] as const;

export type Sender = 'ats' | 'portal';

/** One answer about one event, as the API words it. */
export interface Answer {
  status: number;
  disposition?: string;
  code?: string;
  /** Our id of the event. */
  event?: string;
  version?: number | null;
  /** For a duplicate: what became of the first. */
  original?: string;
}

/** What was heard of one event in the end; null when no answer ever said that it was taken. */
export interface Heard {
  disposition: string;
  version: number;
  eventHash: number;
}

export interface Ledger {
  /** Gives the number of a new event; poison is not to be recorded. Null when the run has had all its events. */
  begin(sender: Sender, kind: 'event' | 'poison'): number | null;
  /** Repetitions, and what vendors' people cause, are events of the run too. */
  add(kind: 'repeated' | 'webhook', count?: number): void;
  hear(number: number, answer: Answer): void;
  /** A request with it had no answer. */
  miss(number: number): void;
  heard(number: number): Heard | null;
  senderOf(number: number): Sender;
  isPoison(number: number): boolean;
  /** Refused for its form, and no request about it went unanswered: it must not be on record. */
  refusedForSure(number: number): boolean;
  /** Events begun, poison included. */
  length(): number;
  counts(): Readonly<Counts>;
  /** Answers that contradict each other, in words; the first of them. */
  contradictions: readonly string[];
}

export interface Counts {
  events: number;
  poison: number;
  repeated: number;
  webhook: number;
  /** Answers that said duplicate. */
  duplicates: number;
  /** Requests without an answer, per event in them. */
  missed: number;
  answered: number;
}

const none = 0;
const refusedForm = 255;
const poisonBit = 2;
const contradictionsMax = 100;

/** `eventsMax`: events of every kind together. 10 bytes for each. */
export function createLedger(eventsMax: number): Ledger {
  const kinds = new Uint8Array(eventsMax);
  const said = new Uint8Array(eventsMax);
  const missed = new Uint8Array(eventsMax);
  const versions = new Uint16Array(eventsMax);
  const hashes = new Uint32Array(eventsMax);
  const counts: Counts = { events: 0, poison: 0, repeated: 0, webhook: 0, duplicates: 0, missed: 0, answered: 0 };
  const contradictions: string[] = [];
  let length = 0;
  const contradict = (what: string): void => {
    if (contradictions.length < contradictionsMax) contradictions.push(what);
  };

  function hearTaken(number: number, answer: Answer): void {
    const word = answer.disposition === 'duplicate' ? answer.original : (answer.disposition ?? wordOf(answer.status));
    const code = dispositions.indexOf(word as (typeof dispositions)[number]) + 1;
    if (answer.disposition === 'duplicate') counts.duplicates += 1;
    const hash = hashOf(answer.event ?? '');
    const before = said[number] ?? none;
    if (code === 0) {
      contradict(`${nameOf(number)} was answered ${answer.status} ${word}, which says nothing`);
      return;
    }
    if (before !== none && before !== refusedForm) {
      if (hash !== hashes[number]) contradict(`${nameOf(number)} was answered as two events`);
      // The answer to the first request may come after the one to its repetition.
      if (word === 'parked') return;
      if (before !== code && dispositions[before - 1] !== 'parked')
        contradict(`${nameOf(number)} was answered ${dispositions[before - 1]} and then ${word}`);
    }
    said[number] = code;
    hashes[number] = hash;
    if (answer.disposition === 'applied') versions[number] = answer.version ?? 0;
  }

  return {
    contradictions,
    begin(sender, kind) {
      if (total(counts) >= eventsMax || length >= eventsMax) return null;
      kinds[length] = (sender === 'portal' ? 1 : 0) | (kind === 'poison' ? poisonBit : 0);
      counts[kind === 'poison' ? 'poison' : 'events'] += 1;
      length += 1;
      return length - 1;
    },
    add(kind, count = 1) {
      counts[kind] += count;
    },
    hear(number, answer) {
      counts.answered += 1;
      const isPoison = ((kinds[number] ?? 0) & poisonBit) !== 0;
      if (isPoison && answer.status < 400) contradict(`poison ${nameOf(number)} was answered ${answer.status}`);
      else if (answer.code === 'same_id_other_body')
        contradict(`a repetition of ${nameOf(number)} was taken for another body`);
      else if (!isPoison && (answer.status < 300 || answer.status === 409)) hearTaken(number, answer);
      else if (said[number] === none) said[number] = refusedForm;
    },
    miss(number) {
      counts.missed += 1;
      missed[number] = Math.min(255, (missed[number] ?? 0) + 1);
    },
    heard(number) {
      const code = said[number] ?? none;
      if (code === none || code === refusedForm) return null;
      return {
        disposition: dispositions[code - 1] as string,
        version: versions[number] ?? 0,
        eventHash: hashes[number] ?? 0,
      };
    },
    senderOf: (number) => (((kinds[number] ?? 0) & 1) === 1 ? 'portal' : 'ats'),
    isPoison: (number) => ((kinds[number] ?? 0) & poisonBit) !== 0,
    refusedForSure: (number) => said[number] === refusedForm && missed[number] === 0,
    length: () => length,
    counts: () => ({ ...counts }),
  };
}

export const total = ({ events, poison, repeated, webhook }: Readonly<Counts>): number =>
  events + poison + repeated + webhook;

/** The id under which an event is sent, and the way back; -1 for what is none of ours. */
export const nameOf = (number: number): string => `soak-${number}`;
export const numberOf = (name: string): number => (/^soak-\d+$/.test(name) ? Number(name.slice(5)) : -1);

const wordOf = (status: number): string | undefined => (status === 409 ? 'refused' : undefined);

/** FNV-1a: two ids are one with a chance of one in four thousand million. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
