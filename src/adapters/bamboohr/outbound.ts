// Brings one employee of BambooHR to a state: create the pre-hire, set its status, and prove it by reading.

import type { Outcome } from '../../core/delivery/outcome.ts';
import { elementChanged } from '../../core/dictionary/element-changed.ts';
import { outcomeOfRead } from '../answers.ts';
import { applyByReading, confirmByReading, type ReadResult, type Target } from '../apply.ts';
import type { Capabilities, Carried, Reading, VendorContext, Work } from '../port.ts';
import { createdId, type Employee, sameValue } from './employee.ts';
import { textOf, wantedFields } from './fields.ts';
import { authorization, type Location, locate, nothingToTakeBack, readEmployee } from './locate.ts';
import { type BambooHrSettings, baseUrlOf, stateOf, states, statusFor } from './settings.ts';

type Context = VendorContext<BambooHrSettings>;
type Mapped = Pick<Context, 'settings' | 'mapping'>;
/** BambooHR takes no precondition: what was read a moment before is all there is. */
const precondition = 'read_before_write';

export async function applyToEmployee(work: Work, context: Context, capabilities: Capabilities): Promise<Carried> {
  const location = await locate(work, context);
  if (nothingToTakeBack(work, location)) return { outcome: { kind: 'confirmed_already' } };
  const failed = failureOf(location);
  if (failed) return failed;
  const target = employeeTarget(work, context, location.kind === 'at' ? location.id : null);
  return withRef(await applyByReading(target, work, capabilities), work, target.place());
}

export async function confirmEmployee(work: Work, context: Context): Promise<Carried> {
  const location = await locate(work, context);
  if (nothingToTakeBack(work, location)) return { outcome: { kind: 'confirmed' } };
  const failed = failureOf(location);
  if (failed) return failed;
  const target = employeeTarget(work, context, location.kind === 'at' ? location.id : null);
  return withRef(await confirmByReading(target), work, target.place());
}

/** An employee as our states see it. */
export function readingOf(employee: Employee, settings: BambooHrSettings): Reading<Employee> {
  const status = textOf(employee.fields[settings.statusField]);
  return {
    stage: status ?? '(no status)',
    state: stateOf(settings, status, employee.fields.status === 'Active'),
    native: employee,
  };
}

/** The body of a create: names, key, status and whatever the fields map; `missing` names the element it cannot do without. */
export function newEmployee(work: Work, context: Mapped): { body: Record<string, string> } | { missing: string } {
  const { settings } = context;
  const { values } = wantedFields(work, context);
  for (const required of ['firstName', 'lastName']) if (values[required] === undefined) return { missing: required };
  const status = statusFor(settings, work.targetState);
  return {
    body: { ...values, [settings.keyField]: work.subject, ...(status ? { [settings.statusField]: status } : {}) },
  };
}

/** Only what differs. A new pre-hire gets every field; of somebody HR works with already only key, status and the terms of the offer are ours; after the hire, terms that were settled anew. */
export function changesOf(employee: Employee, work: Work, context: Mapped): Record<string, string> {
  const { settings } = context;
  const wanted: Record<string, string> = { [settings.keyField]: work.subject };
  const status = statusFor(settings, work.targetState);
  if (status) wanted[settings.statusField] = status;
  const settled = work.targetState === states.hired && work.eventType === elementChanged;
  if (settled || work.targetState === states.accepted)
    Object.assign(wanted, wantedFields(work, context, settled || work.previousState !== null).values);
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => !sameValue(employee.fields[field], value)),
  );
}

function employeeTarget(
  work: Work,
  context: Context,
  start: string | null,
): Target<Employee> & { place(): string | null } {
  const { settings } = context;
  let place = start;
  let wrote = false;
  const target = {
    creates: work.ref === null || work.previousState === null,
    place: () => place,
    async read(): Promise<ReadResult<Employee>> {
      // After a create that gave no id (a timeout), the key tells whether it happened.
      if (place === null && wrote) place = await placeOf(work, context);
      if (place === null) return { kind: 'missing' };
      const there = await readEmployee(place, context);
      return there.kind === 'employee' ? { kind: 'shows', reading: readingOf(there.employee, settings) } : there;
    },
    shows(reading: Reading<Employee>): boolean {
      const demandsActive = statusFor(settings, work.targetState) === null;
      return (
        wantedFields(work, context).writable &&
        Object.keys(changesOf(reading.native, work, context)).length === 0 &&
        (!demandsActive || reading.native.fields.status === 'Active')
      );
    },
    expected(reading: Reading<Employee>): boolean {
      // Our own state with a field still missing is a write that was saved in part.
      if (reading.state === work.targetState) return true;
      // Found by e-mail: perhaps a colleague who moves, or one who comes back. A person decides before anything is overwritten.
      if (reading.native.fields[settings.keyField] !== work.subject) return false;
      return work.previousState === null || (reading.state !== null && work.expectedStates.includes(reading.state));
    },
    async write(reading: Reading<Employee> | null) {
      const planned = plan(reading, work, context);
      if ('refusal' in planned) return planned;
      wrote = true;
      const request = {
        method: 'POST',
        url: `${baseUrlOf(settings)}${planned.path}`,
        headers: authorization(context),
        json: planned.body,
      } as const;
      const answer = await context.http.request(request, context.signal);
      const ref = reading === null && answer.kind === 'answer' && answer.status === 201 ? createdId(answer) : undefined;
      place = ref ?? place;
      return { answer, precondition, ...(ref === undefined ? {} : { ref }) };
    },
    // 409 means "a field was given an invalid value" here, not that somebody else wrote.
    isConflict: () => false,
  };
  return target;
}

function plan(
  reading: Reading<Employee> | null,
  work: Work,
  context: Mapped,
): { path: string; body: Record<string, string> } | { refusal: string } {
  const { settings } = context;
  if (!wantedFields(work, context).writable) return { refusal: 'value_not_writable' };
  if (reading === null) {
    const created = newEmployee(work, context);
    return 'missing' in created ? { refusal: 'missing_name' } : { path: '/employees', body: created.body };
  }
  const key = reading.native.fields[settings.keyField];
  if (key === undefined) return { refusal: 'key_field_not_visible' };
  if (textOf(key) !== null && key !== work.subject) return { refusal: 'employee_of_another_subject' };
  const body = changesOf(reading.native, work, context);
  // Only the vendor's own status is wrong, and no setting says what would make the employee active.
  if (Object.keys(body).length === 0) return { refusal: 'employee_inactive' };
  return { path: `/employees/${encodeURIComponent(reading.native.id)}`, body };
}

async function placeOf(work: Work, context: Context): Promise<string | null> {
  const location = await locate(work, context);
  return location.kind === 'at' ? location.id : null;
}

function failureOf(location: Location): Carried | null {
  if (location.kind === 'refused') return { outcome: { kind: 'refused', reason: location.reason } };
  if (location.kind !== 'failed') return null;
  const { answer } = location;
  return { outcome: outcomeOfRead(answer), ...(answer.kind === 'answer' ? { httpStatus: answer.status } : {}) };
}

/** Tells the id of an employee that Interlock did not know by it. */
function withRef(carried: Carried, work: Work, place: string | null): Carried {
  const { outcome } = carried;
  if (place === null || place === work.ref) return carried;
  if (outcome.kind !== 'confirmed' && outcome.kind !== 'confirmed_already') return carried;
  return { ...carried, outcome: { ...outcome, ref: place } satisfies Outcome };
}
