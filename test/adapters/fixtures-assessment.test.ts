// Every published body of the assessment partner contract, held against what Interlock takes and answers.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import {
  applicationIn,
  candidateOf,
  responseErrorAnswer,
  responseErrorRequest,
  sendTestAnswer,
  sendTestRequest,
  testList,
  testStatusAnswer,
} from '../../src/http/assessment/assessment-schemas.ts';
import { projectFolder } from '../../src/project-folder.ts';

const folder = join(projectFolder, '..', 'shared', 'fixtures', 'greenhouse-assessment');
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** Requests as they are taken, answers in the vendor's own shape. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  'list_tests-response.json': testList,
  'response_error-request.json': responseErrorRequest,
  'response_error-response.json': responseErrorAnswer,
  'send_test-request.json': sendTestRequest,
  'send_test-response.json': sendTestAnswer,
  'test_status-response-complete.json': testStatusAnswer,
};

test.skipIf(files.length === 0)('each body has its schema, and each schema its body', () => {
  expect(files.toSorted()).toEqual(Object.keys(schemas).sort());
});

test.skipIf(files.length === 0).each(Object.entries(schemas))('%s', (file, schema) => {
  const body: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  expect(schema.safeParse(body)).toMatchObject({ success: true, data: body as object });
});

test.skipIf(files.length === 0)(
  'the application is found in the profile’s address, and the CV is left where it is',
  () => {
    const order = sendTestRequest.parse(JSON.parse(readFileSync(join(folder, 'send_test-request.json'), 'utf8')));
    expect(applicationIn(order.candidate.greenhouse_profile_url)).toBe('26234709');
    expect(candidateOf(order)).toEqual({
      'candidate.firstName': 'Harry',
      'candidate.lastName': 'Potter',
      'candidate.preferredName': 'The Chosen One',
      'candidate.phone': '123-456-7890',
      'candidate.email': 'hpotter@hogwarts.edu',
      'candidate.profileUrl': 'https://app.greenhouse.io/people/17681532?application_id=26234709',
    });
  },
);

test.each([
  ['https://app.greenhouse.io/people/1?application_id=48', '48'],
  ['https://app.greenhouse.io/people/1?a=b&application_id=app_48-x', 'app_48-x'],
  ['https://app.greenhouse.io/people/1', null],
  ['https://app.greenhouse.io/people/1?application_id=', null],
  ['https://app.greenhouse.io/people/1?application_id=jane@example.com', null],
  ['https://app.greenhouse.io/people/1?application_id=%00', null],
  ['people/1?application_id=48', null],
])('the application in %s: %s', (address, id) => {
  expect(applicationIn(address)).toBe(id);
});
