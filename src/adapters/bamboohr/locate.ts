// Finds the employee of a subject without its id: BambooHR has no idempotency, so nobody is created before this found nobody.
import type { VendorAnswer } from '../http.ts';
import type { VendorContext, Work } from '../port.ts';
import { type Employee, type ListedEmployee, parseEmployee, parseList } from './employee.ts';
import { employeeFields } from './fields.ts';
import { type BambooHrSettings, baseUrlOf, states } from './settings.ts';

type Context = VendorContext<BambooHrSettings>;

export type Location =
  | { kind: 'at'; id: string }
  | { kind: 'nowhere' }
  | { kind: 'failed'; answer: VendorAnswer }
  /** A person must look: `reason` is a code. */
  | { kind: 'refused'; reason: string };

export type EmployeeRead =
  | { kind: 'employee'; employee: Employee }
  | { kind: 'missing' }
  | { kind: 'failed'; answer: VendorAnswer };

/** Keys are read one by one, because the list cannot show custom fields; whoever has more namesakes is for a person. */
const namesakesMax = 50;

/**
 * Where the subject's employee is. The list filters by parts of names only (the vendor's description, "List Employees"), so
 * namesakes are listed, and each one's key is read. One with our key is ours; one with our e-mail and no key is adopted.
 */
export async function locate(work: Work, context: Context): Promise<Location> {
  if (work.ref !== null) {
    if (work.previousState !== null) return { kind: 'at', id: work.ref };
    // The id may come from a create that said yes and saved nothing; by now it may be somebody else's.
    const there = await readEmployee(work.ref, context);
    if (there.kind === 'failed') return there;
    if (there.kind === 'employee' && there.employee.fields[context.settings.keyField] === work.subject)
      return { kind: 'at', id: work.ref };
  }
  const named = { first: text(work.elements['candidate.firstName']), last: text(work.elements['candidate.lastName']) };
  if (named.first === '' || named.last === '') return { kind: 'refused', reason: 'missing_name' };
  const listed = await listNamesakes(named.first, named.last, context);
  if (!Array.isArray(listed)) return listed;
  const email = text(work.elements['candidate.email']).toLowerCase();
  return pick(work.subject, email, listed, context);
}

/** Reads one employee with the fields that a writeback is about, future-dated values included. */
export async function readEmployee(id: string, context: Context): Promise<EmployeeRead> {
  const { settings } = context;
  const fields = [...new Set(['status', settings.statusField, settings.keyField, ...employeeFields(context)])];
  // A pre-hire's status may take effect only on the hire date; `onlyCurrent` would hide it.
  const query = new URLSearchParams({ fields: fields.join(','), onlyCurrent: 'false' });
  const answer = await get(`/employees/${encodeURIComponent(id)}?${query}`, context);
  if (answer.kind === 'answer' && answer.status === 404) return { kind: 'missing' };
  const employee = answer.kind === 'answer' && answer.status === 200 ? parseEmployee(answer.json) : null;
  return employee === null ? { kind: 'failed', answer } : { kind: 'employee', employee };
}

async function listNamesakes(
  first: string,
  last: string,
  context: Context,
): Promise<ListedEmployee[] | Exclude<Location, { kind: 'at' }>> {
  const { emailField } = context.settings;
  const query = new URLSearchParams({
    'filter[firstName]': first,
    'filter[lastName]': last,
    fields: emailField,
    'page[limit]': String(namesakesMax),
  });
  const answer = await get(`/employees?${query}`, context);
  const page = answer.kind === 'answer' && answer.status === 200 ? parseList(answer.json, emailField) : null;
  if (page === null) return { kind: 'failed', answer };
  return page.next === null ? page.rows : { kind: 'refused', reason: 'too_many_namesakes' };
}

async function pick(
  subject: string,
  email: string,
  listed: readonly ListedEmployee[],
  context: Context,
): Promise<Location> {
  const keyed: string[] = [];
  const adoptable: string[] = [];
  let taken = false;
  for (const row of listed) {
    const there = await readEmployee(row.id, context);
    if (there.kind === 'failed') return there;
    if (there.kind === 'missing') continue;
    const key = there.employee.fields[context.settings.keyField];
    // Without the right to see the key nobody can be recognised, and the next one created would be the second.
    if (key === undefined) return { kind: 'refused', reason: 'key_field_not_visible' };
    if (key === subject) keyed.push(row.id);
    else if (email !== '' && row.email === email) {
      if (text(key) === '') adoptable.push(row.id);
      else taken = true;
    }
  }
  if (keyed.length > 1) return { kind: 'refused', reason: 'two_employees_with_key' };
  if (keyed[0] !== undefined) return { kind: 'at', id: keyed[0] };
  if (taken || adoptable.length > 1) return { kind: 'refused', reason: 'another_employee_with_email' };
  return adoptable[0] === undefined ? { kind: 'nowhere' } : { kind: 'at', id: adoptable[0] };
}

function get(path: string, context: Context): Promise<VendorAnswer> {
  return context.http.request(
    { method: 'GET', url: `${baseUrlOf(context.settings)}${path}`, headers: authorization(context) },
    context.signal,
  );
}

/** The API key is the user name; any password does. */
export const authorization = (context: Context): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${context.secrets.apiKey ?? ''}:x`).toString('base64')}`,
  accept: 'application/json',
});

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Where nobody is, a withdrawal has nothing to take back. */
export const nothingToTakeBack = (work: Work, location: Location): boolean =>
  location.kind === 'nowhere' && work.targetState === states.withdrawn;
