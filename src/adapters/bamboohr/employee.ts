// BambooHR's employee bodies, read defensively: one employee, a page of the list, and the answer to a create.
import { z } from 'zod';
import type { VendorAnswer } from '../http.ts';

/** One employee as `GET /employees/{id}?fields=` gives it; fields the key's owner may not see are left out. */
export interface Employee {
  id: string;
  fields: Readonly<Record<string, unknown>>;
}

/** One row of `GET /employees`; fields that may not be seen are null. */
export interface ListedEmployee {
  id: string;
  firstName: string | null;
  lastName: string | null;
  /** Lower case. */
  email: string | null;
}

const id = z.union([z.string().regex(/^\d{1,20}$/), z.number().int().nonnegative()]).transform(String);
const employeeSchema = z.looseObject({ id });
const text = z.string().nullish();
const listSchema = z.object({
  data: z.array(z.object({ employeeId: id, firstName: text, lastName: text, homeEmail: text, workEmail: text })),
  meta: z.object({ page: z.object({ nextCursor: z.union([z.string(), z.number()]).nullish() }) }),
});

/** One employee, or null when the body is something else (an HTML page, another vendor's JSON). */
export function parseEmployee(json: unknown): Employee | null {
  const parsed = employeeSchema.safeParse(json);
  if (!parsed.success) return null;
  const { id: employeeId, ...fields } = parsed.data;
  return { id: employeeId, fields };
}

/** A page of the list and the cursor of the next one, or null when the body is something else. */
export function parseList(
  json: unknown,
  emailField: 'homeEmail' | 'workEmail',
): { rows: ListedEmployee[]; next: string | null } | null {
  const parsed = listSchema.safeParse(json);
  if (!parsed.success) return null;
  const rows = parsed.data.data.map((row) => ({
    id: row.employeeId,
    firstName: row.firstName ?? null,
    lastName: row.lastName ?? null,
    email: row[emailField]?.trim().toLowerCase() ?? null,
  }));
  const { nextCursor } = parsed.data.meta.page;
  return {
    rows,
    next: nextCursor === null || nextCursor === undefined || nextCursor === '' ? null : String(nextCursor),
  };
}

/** The id of a created employee: the last part of `Location`, or `id` of the body that the description denies and recordings show. */
export function createdId(answer: Extract<VendorAnswer, { kind: 'answer' }>): string | undefined {
  const fromLocation = /(?:\/|[?&]id=)(\d{1,20})\/?$/.exec(answer.headers.location ?? '')?.[1];
  return fromLocation ?? parseEmployee(answer.json)?.id;
}

/** True when a field shows a value: e-mails in any case, dates by their day, everything else as trimmed text. */
export function sameValue(seen: unknown, wanted: string): boolean {
  if (seen === null || seen === undefined) return false;
  const text = String(seen).trim();
  if (text === wanted) return true;
  if (wanted.includes('@')) return text.toLowerCase() === wanted.toLowerCase();
  return /^\d{4}-\d{2}-\d{2}$/.test(wanted) && text.slice(0, 10) === wanted;
}
