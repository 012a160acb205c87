// Finds where a text stops being JSON, without quoting it: for the message to whoever sent it.

/** The index of the first character that does not fit (its length, when it ends too early). Depth must be bounded by the caller. */
export function findJsonFault(text: string): number {
  const end = value(text, space(text, 0));
  return end < 0 ? ~end : space(text, end);
}

// Each reader below takes the index to start at and returns the index behind what it read, or the complement (`~`) of the fault's.

const space = (text: string, from: number): number => {
  let index = from;
  while (index < text.length && ' \t\n\r'.includes(text.charAt(index))) index += 1;
  return index;
};

function value(text: string, at: number): number {
  const first = text.charAt(at);
  if (first === '{') return list(text, at, '}', member);
  if (first === '[') return list(text, at, ']', value);
  if (first === '"') return string(text, at);
  const literal = literals.find((one) => one.startsWith(first) && first !== '');
  return literal === undefined ? number(text, at) : word(text, at, literal);
}

const literals = ['true', 'false', 'null'];

function list(text: string, at: number, close: string, item: (text: string, at: number) => number): number {
  let index = space(text, at + 1);
  if (text.charAt(index) === close) return index + 1;
  for (;;) {
    const end = item(text, index);
    if (end < 0) return end;
    index = space(text, end);
    if (text.charAt(index) === close) return index + 1;
    if (text.charAt(index) !== ',') return ~index;
    index = space(text, index + 1);
  }
}

function member(text: string, at: number): number {
  const key = text.charAt(at) === '"' ? string(text, at) : ~at;
  if (key < 0) return key;
  const colon = space(text, key);
  return text.charAt(colon) === ':' ? value(text, space(text, colon + 1)) : ~colon;
}

function string(text: string, at: number): number {
  let index = at + 1;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') return index + 1;
    if (character < ' ') return ~index;
    const piece =
      character === '\\' ? /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(index, index + 6))?.[0] : character;
    if (piece === undefined) return ~index;
    index += piece.length;
  }
  return ~index;
}

function number(text: string, at: number): number {
  const shape = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  shape.lastIndex = at;
  return shape.test(text) ? shape.lastIndex : ~at;
}

function word(text: string, at: number, literal: string): number {
  for (let offset = 0; offset < literal.length; offset += 1)
    if (text[at + offset] !== literal[offset]) return ~(at + offset);
  return at + literal.length;
}
