// What values an element takes, in words that the command line and the pages share.
import type { ElementDefinition } from './document.ts';

/** "number, 0 to 100, percent". */
export function typeInWords(element: ElementDefinition): string {
  const bounds = [
    element.of ? `of ${element.of}` : null,
    element.allowed ? `one of ${element.allowed.join(', ')}` : null,
    element.min === undefined && element.max === undefined
      ? null
      : `${element.min ?? 'any'} to ${element.max ?? 'any'}`,
    element.maxLength === undefined ? null : `at most ${element.maxLength} characters`,
    element.maxItems === undefined ? null : `at most ${element.maxItems} items`,
    element.unit ?? null,
  ];
  return [element.type, ...bounds.filter((one) => one !== null)].join(', ');
}
