// The contract test of a new adapter: complete as it stands, so that it fails until the adapter and the simulator are.
import type { AdapterNames } from './names.ts';

/** Apart, since the rule of who may import what reads this file too. */
const runner = "'vitest'";

export const contractTest = ({ name, camel, title }: AdapterNames): string => `\
// ${title}: the adapter contract on the simulator, and what is ${title}'s own.
import { expect, test } from ${runner};
import { ${camel} } from '../../src/adapters/${name}/index.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { ${camel}Bench } from '../../src/certify/benches/${name}.ts';
import { adapterContract } from '../support/adapter-contract.ts';

adapterContract(${camel}Bench);

test('it is in the registry', () =>
  expect(adapters.get('${name}'), 'not_written_yet: its line in src/adapters/registry.ts').toBe(${camel}));

// Below: what only this vendor does, one test for each of its pitfalls.
`;
