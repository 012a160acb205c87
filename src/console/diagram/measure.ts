// How wide a text will be drawn, near enough to leave room for it: the server has no fonts to ask.

const widths: readonly (readonly [characters: string, em: number])[] = [
  ["iljI.,:;'|!", 0.28],
  [' ftr()[]-', 0.4],
  ['mwMW@', 0.88],
  ['ABCDEFGHKLNOPQRSTUVXYZ&', 0.68],
];
const otherwise = 0.6;

/** How much wider a line is in a bold face. */
export const bold = 1.13;

/** Width in px of one line in a sans-serif face of that size. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text) em += widths.find(([characters]) => characters.includes(character))?.[1] ?? otherwise;
  return Math.ceil(em * fontSize);
}

/** Breaks a text into lines of at most `width` px; what does not fit into `linesMax` ends in an ellipsis. */
export function wrap(text: string, width: number, fontSize: number, linesMax: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer, fontSize) <= width || line === '') {
      line = longer;
      continue;
    }
    if (lines.length === linesMax - 1) return [...lines, cut(`${line} ${word}`, width, fontSize)];
    lines.push(line);
    line = word;
  }
  return [...lines, cut(line, width, fontSize)];
}

function cut(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  let kept = text;
  while (kept.length > 1 && textWidth(`${kept}…`, fontSize) > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}
