// Every recorded payload of SmartRecruiters, with what is expected of it: bodies it answers with are no webhooks, wherever they come in.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { smartrecruiters } from '../../src/adapters/smartrecruiters/index.ts';
import { smartrecruitersSettings } from '../../src/adapters/smartrecruiters/settings.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { startSmartrecruiters } from '../../src/sandbox/smartrecruiters.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'smartrecruiters');
const there = existsSync(folder);
const settings = smartrecruitersSettings.parse({ stages: { 'active.received': 'NEW' } });
const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const translate = (payload: unknown, headers: Record<string, string>) =>
  smartrecruiters.translate(payload, {
    connection: 'sr',
    mapping: mappingOf('smartrecruiters'),
    settings,
    headers,
    receivedAt: 1_700_000_000_000,
  });

/** What each would be if it came in as the body of a change of status, and what it is without that header. */
const notUnderstood = [{ kind: 'quarantined', reason: 'not_understood' }];
const expected: Record<string, object[]> = {
  'create-review-response.json': notUnderstood,
  'create-subscription-response.json': notUnderstood,
  'generate-secret-key-response.json': notUnderstood,
  'get-candidate-job-application-response.json': notUnderstood,
  'get-candidate-response.json': notUnderstood,
  'get-job-response.json': notUnderstood,
  'get-offer-response.json': notUnderstood,
  'get-subscription-response.json': notUnderstood,
  'webhook-signature-vector.json': [
    {
      kind: 'event',
      look: true,
      ref: 'cid:jid',
      externalId: '123',
      claim: { kind: 'event', type: 'application.received' },
    },
    { kind: 'event', look: true, ref: 'cid:jid', externalId: '123.stage', claim: { kind: 'stage', targets: [] } },
  ],
};

describe.skipIf(!there)('recorded payloads', () => {
  const files = there ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

  test('each has a definite result here', () => expect(files.sort()).toEqual(Object.keys(expected).sort()));

  test.each(files)('%s', (file) => {
    const recorded = read(file);
    const isWebhook = file === 'webhook-signature-vector.json';
    const payload: unknown = isWebhook ? JSON.parse(String(recorded.body)) : recorded;
    const headers = isWebhook
      ? (recorded.headers as Record<string, string>)
      : { 'event-name': 'application.status.updated' };
    expect(translate(payload, headers)).toMatchObject(expected[file] ?? []);
    expect(translate(payload, {})).toMatchObject(notUnderstood);
  });

  test.each([
    ['get-candidate-job-application-response.json', (id: string, job: string) => `/candidates/${id}/jobs/${job}`],
    ['get-candidate-response.json', (id: string) => `/candidates/${id}`],
  ])('the simulator answers with nothing that %s lacks', async (file, path) => {
    await using sandbox = await startSmartrecruiters({ apiKey: 'key', webhookSecret: 'hush' });
    const ref = sandbox.createApplication();
    sandbox.editByHand(ref, { status: 'REJECTED', reason: 'reason-14', startsOn: '2030-02-01T00:00:00.000Z' });
    const [candidate = '', job = ''] = ref.split(':');
    const response = await fetch(`${sandbox.url}${path(candidate, job)}`, { headers: { 'x-smarttoken': 'key' } });
    const unheard = pathsOf(await response.json()).filter((one) => !pathsOf(read(file)).includes(one));
    expect(unheard).toEqual([]);
  });
});

/** Members of an object, those inside it included, as `a/b`; what lists hold is left out. */
function pathsOf(value: unknown, at = ''): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [at];
  return Object.entries(value).flatMap(([name, inner]) => [`${at}/${name}`, ...pathsOf(inner, `${at}/${name}`)]);
}
