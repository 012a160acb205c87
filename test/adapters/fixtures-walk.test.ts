// No recorded webhook of any vendor is without an expectation of its own: walks the folders, and the tests that speak of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';

const fixtures = join(projectFolder, '..', 'shared', 'fixtures');
const vendors = existsSync(fixtures)
  ? readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  : [];
/** The partner's side of Greenhouse is played by an adapter of another name. */
const named: Readonly<Record<string, string>> = { 'greenhouse-assessment': 'assessment' };

/** What is a webhook by its name, or is a body that a vendor posts to us. */
const isWebhook = (file: string): boolean => file.startsWith('webhook-') && file.endsWith('.json');

/** Names of files that a test speaks of. */
const spokenOf = (source: string): Set<string> =>
  new Set([...source.matchAll(/'([\w.-]+\.json)'/g)].map(([, file]) => file ?? ''));

describe.skipIf(vendors.length === 0)('fixtures (skipped where ../shared/fixtures is not there)', () => {
  test('there are folders to walk', () => expect(vendors.length).toBeGreaterThan(8));

  test.each(vendors)('%s: each webhook has its expectation', (vendor) => {
    const webhooks = readdirSync(join(fixtures, vendor)).filter(isWebhook);
    if (webhooks.length === 0) return;
    const path = join(projectFolder, 'test', 'adapters', `fixtures-${named[vendor] ?? vendor}.test.ts`);
    expect(existsSync(path), path).toBe(true);
    const known = spokenOf(readFileSync(path, 'utf8'));
    expect(webhooks.filter((file) => !known.has(file))).toEqual([]);
  });

  test('what no test speaks of is found', () => {
    expect(spokenOf('\'webhook-a.json\': ignored, "webhook-b.json"').has('webhook-b.json')).toBe(false);
    expect([...spokenOf("'webhook-a.json': ignored")]).toEqual(['webhook-a.json']);
  });
});
