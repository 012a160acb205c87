// SVG as text. Everything that comes from a machine goes through `escapeText` or an attribute of `element`.

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that may stand between tags and inside quotes; characters that XML 1.0 forbids are dropped. */
export function escapeText(text: string): string {
  if (plain.test(text)) return text;
  return [...text].map((character) => replacements[character] ?? (forbidden(character) ? '' : character)).join('');
}

/** Nearly every text: nothing in it is replaced or dropped. */
const plain = /^[ !#-%(-;=?-~\u00a0-\ud7ff\ue000-\ufffd]*$/;

function forbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const loneSurrogate = code >= 0xd800 && code <= 0xdfff;
  return (
    (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) ||
    loneSurrogate ||
    code === 0xfffe ||
    code === 0xffff
  );
}

/** One element; attribute values are escaped, children are markup already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(String(value))}"`);
  return children.length > 0
    ? `<${name}${written.join('')}>${children.join('')}</${name}>`
    : `<${name}${written.join('')}/>`;
}

export const text = (
  x: number,
  y: number,
  className: string,
  content: string,
  more: Readonly<Record<string, string | number>> = {},
): string => element('text', { x: round(x), y: round(y), class: className, ...more }, escapeText(content));

export const round = (value: number): number => Math.round(value * 10) / 10;
