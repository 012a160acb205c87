// What a form did, told on the page that it leads back to: a code in the address, so that a reload says it again and nothing else can be put there.
import type { Visit } from './route.ts';

export interface Saying {
  tone: 'good' | 'bad';
  text: string;
}

const good = (text: string): Saying => ({ tone: 'good', text });
const bad = (text: string): Saying => ({ tone: 'bad', text });

const sayings: Readonly<Record<string, Saying>> = {
  redriven: good('It is due now, and will be written in a moment.'),
  waived: good('It is waived. What waited behind it goes on.'),
  held: good('The lane is held. What is on its way ends by itself.'),
  released: good('The lane is released. What waits goes on in its order.'),
  still_held: good('Your hold is gone. The lane is still held by what was given up: redrive or waive it.'),
  settled: good('It is settled.'),
  chosen: good('That value holds from now on, and is on its way to every system that shows it.'),
  linked: good('The two are one human from now on.'),
  told_apart: good('They are two; it is not proposed again.'),
  assigned: good('It is on record who takes care of it.'),
  unassigned: good('Nobody takes care of it any more.'),
  noted: good('It is noted.'),
  reason: bad('Nothing was done: say why in one line of at most 500 characters, without an address of anybody.'),
  note: bad('Nothing was noted: a note is one line of at most 2,000 characters.'),
  unknown: bad('Nothing was done: it is not there any more.'),
  not_dead: bad('Nothing was done: it is not given up any more, so there is nothing to redrive.'),
  in_flight: bad('Nothing was done: it is on its way. When its attempt has ended it can be waived.'),
  overtaken: bad(
    'Nothing was done: the system has moved on since, and writing this would push it back. Waive it instead.',
  ),
  connection_removed: bad('Nothing was done: its connection was removed. Waive it instead.'),
  already_held: bad('Nothing was done: somebody holds the lane already.'),
  not_held: bad('Nothing was done: nobody holds the lane.'),
  already_settled: bad('Nothing was done: somebody settled it already.'),
  must_choose: bad('Nothing was done: say which value counts, or whether the two are one human.'),
  writeback_dead: bad(
    'Nothing was done: the write behind it still holds its lane. Redrive or waive that; the incident ends with it.',
  ),
  not_a_conflict: bad('Nothing was done: there is no value to choose.'),
  not_a_proposal: bad('Nothing was done: it does not propose that two persons are one.'),
  erased: bad('Nothing was done: the person was erased.'),
  invalid_value: bad('Nothing was done: the dictionary does not take that value.'),
  not_a_carer: bad('Nothing was done: that account cannot settle anything.'),
  full: bad('Nothing was noted: it has as many notes as it takes.'),
};

/** What the address says was done; null where it says nothing. */
export function saidOn({ request }: Pick<Visit, 'request'>): Saying | null {
  const code = request.req.query('said') ?? '';
  return Object.hasOwn(sayings, code) ? (sayings[code] ?? null) : null;
}

/** The same address with what was done; whatever it said before is gone. */
export function saying(path: string, code: string): string {
  const [page = '', query = ''] = path.split('?');
  const all = new URLSearchParams(query);
  all.set('said', code);
  return `${page}?${all}`;
}
