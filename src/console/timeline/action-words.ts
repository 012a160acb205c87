// What the audit log's entries about a subject say, in words.
import type { ActionAt } from '../../services/reports/timeline-entry.ts';
import { sentence } from '../words.ts';

const words: Readonly<Record<string, string>> = {
  'writeback.redriven': 'had a write tried again',
  'writeback.waived': 'waived a write',
  'lane.held': 'held the lane',
  'lane.released': 'released the lane',
  'incident.settled': 'settled an incident',
  'incident.assigned': 'said who takes care of an incident',
  'incident.noted': 'noted something about an incident',
  'conflict.settled': 'chose a value',
  'conflict.read': 'looked at the values of a conflict',
  'event.replayed': 'replayed an event',
  'subject.read': 'looked at this subject',
  'subject.read_personal': 'looked at personal values',
  'subject.erased': 'erased what was personal',
  'person.erased': 'erased the person',
  'person.erasure_completed': 'finished the erasure',
  'person.linked': 'linked two persons as one human',
  'person.told_apart': 'said that two persons are not one human',
  'person.held': 'put the person under a legal hold',
  'person.released': 'lifted the legal hold',
  'person.exported': 'exported what is held about the person',
};

/** `title` follows a name; `more` is what somebody gave as a reason. */
export function actionWords({ action, object, detail }: ActionAt): { title: string; more: string } {
  const title = words[action] ?? `${sentence(action.replaceAll('.', ' ')).toLowerCase()} (${object.split(':')[0]})`;
  const reason = detail.reason ?? detail.resolution;
  const more = [
    typeof reason === 'string' ? `“${reason}”` : '',
    detail.force === true ? 'whatever the system shows is overwritten' : '',
    typeof detail.choice === 'string' && typeof detail.element === 'string'
      ? `${detail.element}: ${detail.choice === 'other' ? 'a third value' : detail.choice}`
      : '',
    detail.include === 'values' ? 'personal values too' : '',
  ];
  return { title, more: more.filter((one) => one !== '').join('; ') };
}
