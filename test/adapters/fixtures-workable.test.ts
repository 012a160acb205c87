// Every recorded payload of Workable, with what is expected of it: bodies of its API are no webhooks, wherever they come in.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workable } from '../../src/adapters/workable/index.ts';
import { workableSettings } from '../../src/adapters/workable/settings.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { startWorkable } from '../../src/sandbox/workable.ts';
import { mappingOf } from '../support/mappings.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'workable');
const there = existsSync(folder);
const settings = workableSettings.parse({
  baseUrl: 'https://nangodev.workable.example/spi/v3',
  memberId: '1f395d',
  stages: { 'active.received': 'Sourced' },
});
const read = (file: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const translate = (payload: unknown) =>
  workable.translate(payload, {
    connection: 'wk',
    settings,
    mapping: mappingOf('workable'),
    headers: {},
    receivedAt: 1_700_000_000_000,
  });

const notUnderstood = [{ kind: 'quarantined', reason: 'not_understood' }];
const expected: Record<string, object[]> = {
  'create-candidate-response.json': notUnderstood,
  'create-comment-request.json': notUnderstood,
  'create-comment-response.json': notUnderstood,
  'create-employee-request.json': notUnderstood,
  'create-employee-response.json': notUnderstood,
  'create-subscription-request.json': notUnderstood,
  'create-subscription-response.json': notUnderstood,
  'disqualify-candidate-request.json': notUnderstood,
  'get-candidate-response.json': notUnderstood,
  'get-job-response.json': notUnderstood,
  'list-disqualification_reasons-response.json': notUnderstood,
  'list-job-stages-response.json': notUnderstood,
  'list-stages-response.json': notUnderstood,
  'list-subscriptions-response.json': notUnderstood,
  'move-candidate-request.json': notUnderstood,
  'put-tags-response.json': notUnderstood,
  'rate-candidate-request.json': notUnderstood,
  'relocate-candidate-request.json': notUnderstood,
  'relocate-candidate-response.json': notUnderstood,
  'revert-candidate-request.json': notUnderstood,
};

describe.skipIf(!there)('recorded payloads', () => {
  const files = there ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

  test('each has a definite result here', () => expect(files.sort()).toEqual(Object.keys(expected).sort()));

  test.each(files)('%s', (file) => expect(translate(read(file))).toMatchObject(expected[file] ?? []));

  // Workable's webhooks wrap the document that its API answers with.
  test.each(['create-candidate-response.json', 'get-candidate-response.json'])('%s inside a webhook', (file) => {
    const { candidate } = read(file) as { candidate: Record<string, string> };
    const event = {
      event_type: 'candidate_created',
      fired_at: '2026-07-23T20:41:40Z',
      resource_type: 'candidate',
      data: candidate,
    };
    expect(translate(event)).toMatchObject([
      {
        kind: 'event',
        ref: candidate.id,
        requisition: '9CD658E13E',
        claim: { kind: 'event', type: 'application.received' },
        data: {
          'candidate.firstName': 'Nango',
          'candidate.email': candidate.email,
          'application.appliedAt': new Date(candidate.created_at ?? '').toISOString(),
        },
      },
      { kind: 'event', claim: { kind: 'stage', targets: ['active.received'] } },
    ]);
  });

  const answers: [string, string][] = [
    ['get-candidate-response.json', '/spi/v3/candidates/27273039'],
    ['list-job-stages-response.json', '/spi/v3/jobs/9CD658E13E/stages'],
  ];
  test.each(answers)('the simulator answers with nothing that %s lacks', async (file, path) => {
    await using sandbox = await startWorkable({ accessToken: 'token', webhookSecret: 'hush' });
    sandbox.createCandidate();
    const response = await fetch(`${sandbox.url}${path}`, { headers: { authorization: 'Bearer token' } });
    const unheard = pathsOf(await response.json()).filter((one) => !pathsOf(read(file)).includes(one));
    expect(response.status).toBe(200);
    expect(unheard).toEqual([]);
  });
});

/** Members of an object, those inside it and in its first list entries included, as `/a/b`. */
function pathsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((inner) => pathsOf(inner, `${at}/0`));
  if (value === null || typeof value !== 'object') return [at];
  return Object.entries(value).flatMap(([name, inner]) => [`${at}/${name}`, ...pathsOf(inner, `${at}/${name}`)]);
}
