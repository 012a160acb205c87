// The contract test of a new adapter: the contract is complete, so that it fails until the adapter is; what is the vendor's own is named.
import type { AdapterNames } from './names.ts';

/** Apart, since the rule of who may import what reads this file too. */
const runner = "'vitest'";

export const contractTest = ({ name, camel, pascal, title }: AdapterNames): string => `\
// ${title}: the adapter contract on the simulator, and what is ${title}'s own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from ${runner};
import { ${camel} } from '../../src/adapters/${name}/index.ts';
import type { ${pascal}Settings } from '../../src/adapters/${name}/settings.ts';
import { createVendorHttp, type OwnedVendorHttp } from '../../src/adapters/http.ts';
import type { VendorContext, Work } from '../../src/adapters/port.ts';
import { adapters } from '../../src/adapters/registry.ts';
import { ${camel}Bench, secrets, settingsFor } from '../../src/certify/benches/${name}.ts';
import { workOn } from '../../src/certify/work-on.ts';
import { type ${pascal}Sandbox, start${pascal} } from '../../src/sandbox/${name}.ts';
import { adapterContract } from '../support/adapter-contract.ts';
import { mappingOf } from '../support/mappings.ts';

adapterContract(${camel}Bench);

test('it is in the registry', () =>
  expect(adapters.get('${name}'), 'not_written_yet: its line in src/adapters/registry.ts').toBe(${camel}));

describe('what only this vendor does', () => {
  let sandbox: ${pascal}Sandbox;
  let http: OwnedVendorHttp;
  const requests: { method: string; path: string; json: unknown }[] = [];
  const context = (more: Record<string, unknown> = {}): VendorContext<${pascal}Settings> => ({
    connection: '${name}-test',
    settings: settingsFor(sandbox.url, more),
    mapping: mappingOf('${name}'),
    secrets,
    http: {
      request(request, signal) {
        requests.push({ method: request.method, path: request.url.slice(sandbox.url.length), json: request.json });
        return http.request(request, signal);
      },
    },
    signal: new AbortController().signal,
  });
  const apply = async (work: Work, more?: Record<string, unknown>) =>
    (await ${camel}.apply(work, context(more))).outcome;
  beforeAll(() => {
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_000, bodyBytesMax: 1_000_000 });
  });
  afterAll(() => http.close());
  beforeEach(async () => {
    requests.length = 0;
    sandbox = await start${pascal}(secrets);
  });
  afterEach(async () => {
    expect(sandbox.faults.pending()).toBe(0);
    await sandbox.close();
  });

  test.each(['../jobs', 'a/b', ''])('"%s" is no id, and is never asked for', async (ref) => {
    expect(await ${camel}.read(ref, context())).toBeNull();
    expect(requests).toEqual([]);
  });

  test('what is mapped to nothing, and whom nobody knows, is not written', async () => {
    const onHold = workOn(sandbox.createApplication(), { targetState: 'on_hold' });
    expect(await apply(onHold)).toEqual({ kind: 'refused', reason: 'state_not_mapped' });
    expect(await apply(workOn(null))).toEqual({ kind: 'refused', reason: 'ref_unknown' });
    expect(requests).toEqual([]);
  });

  // One for each pitfall; what this vendor has not, goes.
  test.todo('each end is written, read back, and shown as what it is');
  test.todo('an end by hand in between is a conflict');
  test.todo('a change of two writes that broke off between them is finished, not begun again');
  test.todo('a stage that is gone leaves nothing half done');
  test.todo('two stages of one name are refused');
  test.todo('what is read says who it is about, and at an end why');
  test.todo('a webhook that is about nobody, or of another form, is quarantined');
});
`;
