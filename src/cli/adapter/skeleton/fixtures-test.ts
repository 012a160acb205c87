// The test of a new vendor's recorded payloads: fails until each of them has an expectation.
import type { AdapterNames } from './names.ts';

/** Apart, since the rule of who may import what reads this file too. */
const runner = "'vitest'";

export const fixturesTest = ({ name, camel, title }: AdapterNames): string => `\
// Every recorded payload of ${title} there is has a definite expectation: translated, ignored or quarantined, and why.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from ${runner};
import { ${camel} } from '../../src/adapters/${name}/index.ts';
import { settingsFor } from '../../src/certify/benches/${name}.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', '${name}');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** What each becomes as the body of a webhook. What the API answers is none: it is quarantined, and may be read by a test of its own. */
const expected: Readonly<Record<string, object[]>> = {};

describe.skipIf(files.length === 0)('recorded payloads (skipped where ../shared/fixtures is not there)', () => {
  test('each has its expectation', () => {
    const missing = 'not_written_yet: "expected" in test/adapters/fixtures-${name}.test.ts';
    expect(Object.keys(expected).sort(), missing).toEqual(files.sort());
  });

  test.each(files)('%s', (file) => {
    const payload: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const said = ${camel}.translate(payload, {
      connection: '${name}',
      settings: settingsFor('https://vendor.example'),
      mapping: mappingOf('${name}'),
      headers: {},
      receivedAt: 1_700_000_000_000,
    });
    expect(said).toMatchObject(expected[file] ?? []);
  });
});
`;
