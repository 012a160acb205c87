// The contract about nonsense: it never throws, never becomes an event, and is never passed over in silence.
import type { ContractCase } from '../contract-case.ts';
import { must, mustEqual } from '../must.ts';

const nonsense: readonly unknown[] = [
  null,
  0,
  '',
  'text',
  [],
  [[]],
  {},
  { action: 7 },
  { payload: null },
  { action: 'x', payload: { application: [] } },
  { a: { b: { c: [{}] } } },
  JSON.parse('{"__proto__":{"x":1}}'),
];

export const garbage: readonly ContractCase[] = nonsense.map((payload) => ({
  group: 'garbage',
  name: `${JSON.stringify(payload)} never throws and never becomes an event`,
  run(bench) {
    const said = bench.adapter.translate(payload, {
      connection: 'contract',
      settings: bench.sandbox.settings,
      mapping: bench.context().mapping,
      headers: {},
      receivedAt: 1_700_000_000_000,
    });
    mustEqual(
      said.filter((one) => one.kind === 'event'),
      [],
      'events made of nonsense',
    );
    must(said.length >= 1, 'nothing was said about it');
    return undefined;
  },
}));
