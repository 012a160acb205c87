// Every real payload there is of a vendor goes through its translate: understood, ignored for a reason, or quarantined for one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAdapter } from '../../src/adapters/registry.ts';
import { connections } from '../../src/cli/demo/connections.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const fixtures = join(projectFolder, '..', 'shared', 'fixtures');
const vendors = connections({ greenhouse: 'https://greenhouse.example', bamboohr: 'https://bamboohr.example' });

describe.each(['greenhouse', 'bamboohr'])('%s', (vendor) => {
  const folder = join(fixtures, vendor);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

  test.skipIf(files.length === 0)('says something definite of every payload', () => {
    const connection = vendors.find((one) => one.id === vendor);
    const adapter = findAdapter(connection?.adapter ?? '');
    const settings = adapter.settings.parse(connection?.settings);
    for (const file of files) {
      const payload: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const said = adapter.translate(payload, {
        connection: vendor,
        settings,
        mapping: mappingOf(vendor),
        headers: {},
        receivedAt: 1_700_000_000_000,
      });
      expect(said.length, file).toBeGreaterThan(0);
      for (const one of said) {
        if (one.kind === 'event')
          expect(one, file).toMatchObject({ ref: expect.stringMatching(/./), externalId: expect.stringMatching(/./) });
        else expect(one.reason, file).toMatch(/^[a-z0-9_]+$/);
      }
      // What is no webhook at all must never move anybody; an application that was read may.
      if (!file.startsWith('webhook-') && file !== 'get-application-response.json') {
        expect(
          said.map((one) => one.kind),
          file,
        ).not.toContain('event');
      }
    }
    expect(files.length).toBeGreaterThan(10);
  });
});
