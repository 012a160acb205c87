// Ids that may name a person are told from ids that do not.
import { expect, test } from 'vitest';
import { looksPersonal } from '../../src/core/persons/impersonal.ts';

test.each([
  'ada@example.com',
  'candidate ada@example.com',
  'ada%40example.com',
  '+49 170 1234567',
  '0049(170)123-4567',
  'Ada Lovelace',
  'Séverine  de la Vega-Núñez',
  "Miles O'Brien",
])('%s', (id) => {
  expect(looksPersonal(id)).toBe(true);
});

test.each([
  '4711',
  '17012345678',
  'application/4711',
  'REQ 4711',
  'screening.completed',
  '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  'sha256:9f86d081884c7d65',
  '7891234',
])('not %s', (id) => {
  expect(looksPersonal(id)).toBe(false);
});
