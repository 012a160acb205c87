// Whether an answer of the service holds hostile texts as text alone: every "<" begins a tag of ours, no mark names anything, no address leads out.
import { parse } from 'csv-parse/sync';
import { mark } from './corpus.ts';

/** A tag as our renderers write them: attributes in double quotes, with nothing in them that could end them. */
const tag = /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z_:][\w:.-]*(?:="[^"<]*")?)*)\s*\/?>/gi;
const attribute = /([a-zA-Z_:][\w:.-]*)(?:="([^"<]*)")?/g;
const never = new Set(['iframe', 'object', 'embed', 'base', 'foreignobject', 'style', 'template', 'math', 'noscript']);
const addresses = new Set(['href', 'src', 'action', 'formaction', 'hx-get', 'hx-post', 'xlink:href', 'data', 'poster']);

/** Everything that is wrong with the answer; empty when all is well. */
export function faultsOf(type: string, text: string): string[] {
  if (type.includes('text/html')) return markupFaults(text.replace(/^<!doctype html>/i, ''), false);
  if (type.includes('image/svg+xml')) return markupFaults(text, true);
  if (type.includes('text/csv')) return csvFaults(text);
  return [];
}

function markupFaults(text: string, picture: boolean): string[] {
  const found: string[] = [];
  // The chart's own rules stand in its one style, which holds nothing of anybody.
  const drawn = picture
    ? text.replace(/<style ?>(<!\[CDATA\[)?([^<]*?)(\]\]>)?<\/style>/g, (whole, _, rules: string) =>
        isHarmlessStyle(rules) ? '' : whole,
      )
    : text;
  const rest = drawn.replace(tag, (whole, _closing: string, name: string, attributes: string) => {
    const lower = name.toLowerCase();
    // A picture as a file has its style inside; a page has none.
    const allowed = lower === 'style' ? picture : !never.has(lower);
    if (
      !allowed ||
      (lower === 'script' && !/^\s+src="\/assets\/[0-9a-f]{16}\/\w+\.js"\s+defer(="")?$/.test(attributes))
    )
      if (!whole.startsWith('</')) found.push(`the tag ${whole.slice(0, 120)}`);
    if (name.includes(mark)) found.push(`a tag is named by a text: ${whole.slice(0, 120)}`);
    for (const [, key = '', value = ''] of attributes.matchAll(attribute)) {
      const named = key.toLowerCase();
      const styled = named === 'style' && !(picture && isHarmlessStyle(value));
      if (/^on|^srcdoc$/.test(named) || styled || named.includes(mark))
        found.push(`the attribute ${key} of ${whole.slice(0, 120)}`);
      if (addresses.has(named) && !isOurs(value, lower)) found.push(`the address ${value.slice(0, 80)} of ${name}`);
    }
    return '';
  });
  if (rest.includes('<')) found.push(`no tag of ours: ${rest.slice(rest.indexOf('<'), rest.indexOf('<') + 120)}`);
  return found;
}

const isHarmlessStyle = (rules: string): boolean =>
  !/url\(|import|expression|javascript/i.test(rules) && !rules.includes(mark);

/** Within this site, or a place in the document; links to the standards that some pages name are known one by one. */
const isOurs = (value: string, element: string): boolean =>
  /^(\/(?![/\\])|#|\?|$)/.test(value) ||
  (element === 'a' && /^https:\/\/[\w.-]+\/[\w./#-]*$/.test(value) && !value.includes('evil'));

function csvFaults(text: string): string[] {
  const rows = parse(text.replace(/^\ufeff/, ''), { relax_column_count: true }) as string[][];
  return rows
    .flat()
    .filter((cell) => /^[=+\-@\t\r]/.test(cell) && Number.isNaN(Number(cell)))
    .map((cell) => `a spreadsheet would run ${cell.slice(0, 80)}`);
}
