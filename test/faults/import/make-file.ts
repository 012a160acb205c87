// Writes a file of applications as an ATS would export it: most of it right, some lines wrong or said twice, so that the totals are known beforehand.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

export interface MadeFile {
  lines: number;
  created: number;
  duplicates: number;
  errors: number;
}

const states = [
  'active.received',
  'active.triage',
  'active.screening.invited',
  'Interview',
  'active.offer.extended',
  'hired',
  'rejected',
] as const;
/** What one word of the file stands for. */
export const stateWord = 'Interview=active.interview.scheduled';

/** Every kind of mistake that a line can have, each for a line of its own. */
const mistakes: readonly ((id: string) => string)[] = [
  () => ',active.received,2026-01-31,,Ada,Nobody,ada@example.com,de',
  (id) => `${id},active.nowhere,2026-01-31,,Ada,Nobody,ada@example.com,de`,
  (id) => `${id},active.offer,2026-01-31,,Ada,Nobody,ada@example.com,de`,
  (id) => `${id},active.received,31.01.2026,,Ada,Nobody,ada@example.com,de`,
  (id) => `${id},active.received,2999-01-01,,Ada,Nobody,ada@example.com,de`,
  (id) => `${id},active.received,2026-01-31,,Ada,Nobody,nowhere,de`,
  (id) => `${id},active.received,2026-01-31,,Ada`,
];

/** One line in fifty is wrong, and one in fifty says again what an earlier one said. */
export async function makeFile(path: string, lines: number): Promise<MadeFile> {
  const file = createWriteStream(path);
  const made: MadeFile = { lines, created: 0, duplicates: 0, errors: 0 };
  file.write(
    'id,state,since,previous_state,candidate.firstName,candidate.lastName,candidate.email,requisition.region\n',
  );
  for (let at = 1; at <= lines; at += 1) {
    const text = lineOf(at, made);
    if (!file.write(`${text}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return made;
}

function lineOf(at: number, made: MadeFile): string {
  if (at % 50 === 7) {
    made.errors += 1;
    const mistake = mistakes[Math.floor(at / 50) % mistakes.length] as (typeof mistakes)[number];
    return mistake(`wrong-${at}`);
  }
  if (at % 50 === 33) {
    made.duplicates += 1;
    return rightLine(at - 1);
  }
  made.created += 1;
  return rightLine(at);
}

function rightLine(at: number): string {
  const state = states[at % states.length] as (typeof states)[number];
  const before = state === 'rejected' ? 'active.triage' : '';
  const name = at % 3 === 0 ? `"van der Berg, ${at}"` : `Berg${at}`;
  return `app-${at},${state},2026-0${1 + (at % 9)}-15T08:30:00Z,${before},Kim,${name},kim.${at}@example.com,de`;
}
