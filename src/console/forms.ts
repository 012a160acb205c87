// Reads what a form sent: plain fields, each at most once, and never anything but a form.
import type { Context as Request } from 'hono';
import type { ConsoleEnv } from './route.ts';

/** Texts as they were typed; a field that is there twice, and anything that is no such form, counts as absent. */
export async function readForm(request: Request<ConsoleEnv>): Promise<Readonly<Record<string, string>>> {
  const type = request.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  // A page elsewhere can send text/plain and JSON-like bodies without asking; forms of ours send only this.
  if (type !== 'application/x-www-form-urlencoded') return {};
  const fields: Record<string, string> = Object.create(null);
  const repeated = new Set<string>();
  // hono keeps the text, so that the guard and the page can both read it.
  for (const [name, value] of new URLSearchParams(await request.req.text())) {
    if (name in fields) repeated.add(name);
    fields[name] = value;
  }
  for (const name of repeated) delete fields[name];
  return fields;
}

/** A text of the address that may be a filter; undefined for none, or for one that is no such text. */
export const shortText = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > 0 && text.length <= 200 && /^[^\p{Cc}\p{Cs}]+$/u.test(text) ? text : undefined;

/** A path of ours to go on to, or the home: never another site's address. */
export function localPath(given: string | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them, and "/\t/evil" would become another site.
  return given !== undefined && given.length <= 2_000 && /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(given) ? given : '/';
}
