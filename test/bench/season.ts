// The workload: applications that each walk eight legal steps in order, with repetitions and impossible events mixed in. Pure data.
import { randomUUID } from 'node:crypto';

/** What happens to an application, and which kind of system says it. */
export const path = [
  ['application.received', 'operator'],
  ['triage.started', 'operator'],
  ['screening.invited', 'operator'],
  ['screening.started', 'screening'],
  ['screening.completed', 'screening'],
  ['screening.passed', 'operator'],
  ['interview.requested', 'operator'],
  ['interview.scheduled', 'operator'],
] as const;

export type Source = (typeof path)[number][1];

/** Never possible from the third step on, and nothing that comes later makes it possible again. */
const impossible = 'triage.started';

export interface SeasonEvent {
  id: string;
  source: Source;
  subject: string;
  type: string;
  occurredAt: string;
  data: Record<string, string | number>;
}

/** `accepted`: new and legal. `duplicate`: sent before. `refused`: not possible now. */
export type Expected = 'accepted' | 'duplicate' | 'refused';

export interface Request {
  event: SeasonEvent;
  expected: Expected;
}

const firstNames =
  'Ada Ben Chioma Dilan Elif Farid Grete Hugo Ines Jonas Kaja Luca Mina Noor Otto Pia Quentin Rosa Sami'.split(' ');
const begins =
  'Acker Brand Dorn Eber Falk Gold Hart Kirch Lind Nuss Osten Pfeif Ross Schön Thal Ulm Vogel Wald Zimmer'.split(' ');
const ends = 'mann berg hofer auer bach stein feld holz brück kamp wirth horn graf rath lein beck'.split(' ');
/** As many people as applications, unlike each other as people are: some share a name, and most have something of theirs in common with a few. */
const nameOf = (subject: string): [first: string, last: string] => {
  const number = Number(/\d+$/.exec(subject)?.[0] ?? 0) + 361 * subject.charCodeAt(0);
  const of = (list: readonly string[], at: number): string => list[at % list.length] as string;
  const row = Math.floor(number / firstNames.length);
  return [of(firstNames, number), `${of(begins, row)}${of(ends, number + Math.floor(row / begins.length))}`];
};

export const eventOf = (subject: string, type: string, source: Source): SeasonEvent => ({
  id: randomUUID(),
  source,
  subject,
  type,
  occurredAt: new Date().toISOString(),
  data: {
    'candidate.firstName': nameOf(subject)[0],
    'candidate.lastName': nameOf(subject)[1],
    'candidate.email': `${subject}@example.test`,
    ...(type === 'screening.completed' ? { 'screening.score': 71.5 } : {}),
    ...(type === 'interview.scheduled' ? { 'interview.scheduledAt': '2027-03-01T09:00:00Z' } : {}),
  },
});

/** The same mix for everybody. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Every request of one application, in order: 5 % repetitions, 5 % impossible. */
function walk(subject: string, random: () => number): Request[] {
  const requests: Request[] = [];
  const sent: SeasonEvent[] = [];
  for (const [step, [type, source]] of path.entries()) {
    const event = eventOf(subject, type, source);
    requests.push({ event, expected: 'accepted' });
    sent.push(event);
    const again = sent[Math.floor(random() * sent.length)];
    if (again && random() < 0.05) requests.push({ event: again, expected: 'duplicate' });
    if (step >= 2 && random() < (0.05 * path.length) / (path.length - 2))
      requests.push({ event: eventOf(subject, impossible, 'operator'), expected: 'refused' });
  }
  return requests;
}

/** One script per client: its applications interleaved, the events of each in order. */
export function season(applications: number, clients: number, prefix: string): Request[][] {
  const random = seeded(7);
  const walks: Request[][][] = Array.from({ length: clients }, () => []);
  for (let at = 0; at < applications; at += 1) walks[at % clients]?.push(walk(`${prefix}-${at}`, random));
  return walks.map((mine) => {
    const longest = Math.max(0, ...mine.map((one) => one.length));
    return Array.from({ length: longest }, (_, step) => mine.flatMap((one) => one[step] ?? [])).flat();
  });
}

export interface Planned extends Request {
  /** When it is due, ms from the start. */
  at: number;
}

const spacingMs = 400;

/** Events at a fixed rate whatever the answers take; those of one application at least 400 ms apart. */
export function schedule(perSecond: number, seconds: number, prefix: string): Planned[] {
  const rows = Math.max(1, Math.ceil((perSecond * spacingMs) / 1_000));
  return Array.from({ length: perSecond * seconds }, (_, n) => {
    const row = n % rows;
    const turn = Math.floor(n / rows);
    const [type, source] = path[turn % path.length] ?? path[0];
    const subject = `${prefix}-${row}-${Math.floor(turn / path.length)}`;
    return { at: (n * 1_000) / perSecond, event: eventOf(subject, type, source), expected: 'accepted' };
  });
}

/** How many events of each application must be accepted. */
export function acceptedOf(requests: readonly Request[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event, expected } of requests)
    if (expected === 'accepted') counts.set(event.subject, (counts.get(event.subject) ?? 0) + 1);
  return counts;
}
