// The machines as they are released: sound, frozen, plain data, and at one with the dictionary.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { machineDefinitions } from '../../machines/index.ts';
import { compileDictionary } from '../../src/core/dictionary/dictionary.ts';
import { documentOf } from '../../src/core/dictionary/document-source.ts';
import { machineNames } from '../../src/core/machine/definition.ts';
import { lintMachine } from '../../src/core/machine/lint.ts';
import { compileMachine } from '../../src/core/machine/machine.ts';
import { createRegistry, versionKey } from '../../src/core/machine/registry.ts';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const released = JSON.parse(text('machines/released.json')) as Record<string, { hash: string; releasedAt: string }>;
const dictionary = compileDictionary({
  elements: documentOf('dictionary/elements.yaml', parse(text('dictionary/elements.yaml'))),
  events: documentOf('dictionary/events.yaml', parse(text('dictionary/events.yaml'))),
});

test('every machine has a version, and every released version is as it was released', () => {
  const registry = createRegistry(machineDefinitions, released);
  for (const name of machineNames) expect(registry.latest(name).version).toBeGreaterThan(0);
  for (const { releasedAt } of Object.values(released)) expect(Number.isNaN(Date.parse(releasedAt))).toBe(false);
});

describe.each(
  machineDefinitions.map((definition) => [versionKey(definition.id, definition.version), definition] as const),
)('%s', (_, definition) => {
  const machine = compileMachine(definition);

  test('has no findings', () => {
    expect(lintMachine(definition, new Set(dictionary.elements.keys()))).toEqual([]);
  });

  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
  });

  test('the dictionary knows every event, and lets it carry what its transition requires', () => {
    for (const edge of [...machine.edges.values()].flat()) {
      const carried = dictionary.events.get(edge.event);
      expect(carried, edge.event).toBeDefined();
      for (const name of edge.meta.requires) expect(carried?.has(name), `${edge.event} carries ${name}`).toBe(true);
    }
  });

  test('no machine but a person or the system people work in ends a subject badly', () => {
    const adverse = new Set([
      'application.rejected',
      'onboarding.cancelled',
      'requisition.cancelled',
      'check.accepted',
    ]);
    for (const edge of [...machine.edges.values()].flat().filter((one) => adverse.has(one.event))) {
      expect(edge.meta.causedBy).not.toContain('screening');
      expect(edge.meta.requires.length, `${edge.event} says why`).toBeGreaterThan(0);
    }
  });
});

test('the dictionary describes no event that no machine has', () => {
  const events = new Set(machineDefinitions.flatMap((definition) => [...compileMachine(definition).events]));
  expect([...dictionary.events.keys()].filter((type) => !events.has(type))).toEqual([]);
});
