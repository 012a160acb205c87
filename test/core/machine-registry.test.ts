// The registry hands out released versions, and refuses to run one that was changed.
import { expect, test } from 'vitest';
import { applicationV1 } from '../../machines/application.v1.ts';
import { fingerprint } from '../../src/core/canonical-json.ts';
import type { MachineDefinition } from '../../src/core/machine/definition.ts';
import { createRegistry } from '../../src/core/machine/registry.ts';

const second: MachineDefinition = { ...applicationV1, version: '2' };
const tenth: MachineDefinition = { ...applicationV1, version: '10' };
const released = {
  'application.v1': { hash: fingerprint(applicationV1) },
  'application.v2': { hash: fingerprint(second) },
  'application.v10': { hash: fingerprint(tenth) },
};

test('hands out versions by number, and the newest', () => {
  const registry = createRegistry([tenth, applicationV1, second], released);
  expect(registry.get('application', 1).hash).toBe(released['application.v1'].hash);
  expect(registry.latest('application').version).toBe(10);
  expect(registry.versions('application')).toEqual([1, 2, 10]);
  expect(registry.has('application', 2)).toBe(true);
  expect(registry.has('application', 3)).toBe(false);
  expect(registry.all()).toHaveLength(3);
});

test('a version that nobody has is an error that names what there is', () => {
  const registry = createRegistry([applicationV1], { 'application.v1': released['application.v1'] });
  expect(() => registry.get('application', 7)).toThrow(/no machine application.v7. Known: application.v1/);
  expect(() => registry.latest('onboarding')).toThrow(/no machine onboarding/);
});

test('a released version that was changed is refused, with the file and the remedy', () => {
  const changed = { ...applicationV1, description: 'Something else.' };
  expect(() => createRegistry([changed], released)).toThrow(
    /machines\/application.v1.ts was changed after its release.*machines\/application.v2.ts/,
  );
});

test('an unreleased version is refused', () => {
  expect(() => createRegistry([applicationV1], {})).toThrow(/released.json does not have application.v1/);
  expect(() =>
    createRegistry([applicationV1], Object.create({ 'application.v1': released['application.v1'] })),
  ).toThrow(/does not have application.v1/);
});

test('a released version whose file is gone is refused', () => {
  expect(() => createRegistry([applicationV1], released)).toThrow(/released.json has application.v2.*put it back/);
});

test('two definitions of one version are refused', () => {
  expect(() => createRegistry([applicationV1, applicationV1], released)).toThrow(
    /Two definitions are called application.v1/,
  );
});
