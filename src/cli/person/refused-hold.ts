// Why a hold could not be set or lifted, in words.
import type { Held } from '../../services/persons/hold-person.ts';
import { type Answer, failed } from '../answer.ts';

export function refusedHold(id: string, held: Exclude<Held, { kind: 'done' }>): Answer {
  switch (held.kind) {
    case 'unknown':
      return failed('no_such_person', `There is no person ${id}.`);
    case 'erased':
      return failed('person_erased', `${id} was erased; there is nothing left to hold.`);
    case 'not_held':
      return failed('not_under_hold', `${id} is under no legal hold.`);
  }
}
