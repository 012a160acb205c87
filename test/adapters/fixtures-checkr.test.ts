// Every published Checkr payload, with what becomes of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkr } from '../../src/adapters/checkr/index.ts';
import { settingsSchema } from '../../src/adapters/checkr/settings.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'checkr');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

const expected: Readonly<Record<string, object>> = {
  'webhook-account.credentialed.json': { kind: 'ignored', reason: 'account_credentialed' },
  // The vendor's placeholder for any event.
  'webhook-envelope.json': { kind: 'ignored', reason: 'object_event' },
};

test.skipIf(files.length === 0)('each payload has its expectation, and each expectation its payload', () => {
  expect(files.toSorted()).toEqual(Object.keys(expected).sort());
});

test.skipIf(files.length === 0).each(Object.entries(expected))('%s', (file, wanted) => {
  const payload = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
  const settings = settingsSchema.parse({ newHireSystem: 'bamboohr' });
  const translate = (one: unknown) =>
    checkr.translate(one, {
      connection: 'checkr',
      mapping: mappingOf('checkr'),
      settings,
      headers: {},
      receivedAt: 1_700_000_000_000,
    });
  expect(translate(payload)).toEqual([wanted]);
  // The same envelope about a report that is only named: understood, and not guessed at.
  expect(translate({ ...payload, type: 'report.completed' })).toMatchObject([
    { kind: 'quarantined', externalId: '1002d6bca6acdfcbb8442178', reason: 'report_not_included' },
  ]);
});
