// Every request that the Ashby adapter sends is valid by Ashby's own description of its API.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { catalogue } from '../../src/adapters/ashby/catalogue.ts';
import { ashby } from '../../src/adapters/ashby/index.ts';
import { ashbySettings } from '../../src/adapters/ashby/settings.ts';
import { createVendorHttp, type OwnedVendorHttp, type VendorRequest } from '../../src/adapters/http.ts';
import type { Work } from '../../src/adapters/port.ts';
import { projectFolder } from '../../src/project-folder.ts';
import { type AshbySandbox, startAshby } from '../../src/sandbox/ashby.ts';
import { mappingOf } from '../support/mappings.ts';

const mapping = mappingOf('ashby');

const file = join(projectFolder, '..', 'shared', 'openapi', 'ashby-openapi.yaml');
const described = existsSync(file);

interface Description {
  components: { securitySchemes: Record<string, Record<string, unknown>> };
}

describe.skipIf(!described)('requests to Ashby (skipped where ../shared/openapi is not there)', () => {
  let sandbox: AshbySandbox;
  let http: OwnedVendorHttp;
  let description: Description;
  // Its schemas refer to one another all over the document.
  const documentId = 'https://ashby.example/openapi';
  const ajv = addFormats.default(new Ajv2020.default({ strict: false, allErrors: true, logger: false }));
  const sent: VendorRequest[] = [];
  beforeAll(async () => {
    description = parse(readFileSync(file, 'utf8')) as Description;
    ajv.addSchema(mended(description) as object, documentId);
    http = createVendorHttp({ allowPrivateAddresses: true, timeoutMs: 1_000, bodyBytesMax: 1_000_000 });
    sandbox = await startAshby({ apiKey: 'key', webhookSecret: 'secret' });
  });
  afterAll(async () => {
    await sandbox.close();
    await http.close();
  });

  const validatorOf = (path: string): ValidateFunction => {
    const pointer = `/paths/${path.replaceAll('/', '~1')}/post/requestBody/content/application~1json/schema`;
    const validate = ajv.getSchema(`${documentId}#${pointer}`);
    if (!validate) throw new Error(`Ashby has no procedure ${path}.`);
    return validate;
  };

  test('reading, moving, archiving, hiring and filling in fields', async () => {
    const base = { connection: 'ashby', mapping, secrets: { apiKey: 'key' }, signal: new AbortController().signal };
    const settings = ashbySettings.parse({
      baseUrl: sandbox.url,
      stages: { 'active.received': 'Application Review', 'active.screening': 'Assessment', 'active.offer': 'Offer' },
      archiveReasons: {
        rejected: ['a0000000-0000-4000-8000-000000000001'],
        withdrawn: ['a0000000-0000-4000-8000-000000000002'],
      },
      fields: {
        'screening.score': 'f0000000-0000-4000-8000-000000000001',
        'offer.startDate': 'f0000000-0000-4000-8000-000000000002',
      },
      writeHires: true,
      jobs: {
        teamId: 'b0000000-0000-4000-8000-000000000001',
        locationId: 'b0000000-0000-4000-8000-000000000002',
        interviewPlanId: sandbox.createPlan(),
      },
    });
    const context = {
      ...base,
      settings,
      http: {
        request(request: VendorRequest, signal: AbortSignal) {
          sent.push(request);
          return http.request(request, signal);
        },
      },
    };
    const steps: [string, Record<string, unknown>][] = [
      ['active.screening.completed', { 'screening.score': 87.5 }],
      ['active.offer.accepted', { 'offer.startDate': '2030-02-01' }],
      ['rejected', {}],
      ['active.screening.invited', {}],
      ['withdrawn', {}],
      ['active.offer.drafted', {}],
      ['hired', {}],
    ];
    const ref = sandbox.createApplication();
    for (const [targetState, elements] of steps) {
      const { outcome } = await ashby.apply({ ...work, ref, targetState, elements }, context);
      expect(outcome, targetState).toEqual({ kind: 'confirmed' });
    }
    const requisition = { ...work, machine: 'requisition', elements: { 'requisition.title': 'Nurse' } } as const;
    const { outcome: made } = await ashby.apply({ ...requisition, targetState: 'live.open' }, context);
    const job = 'ref' in made ? (made.ref ?? '') : '';
    for (const targetState of ['live.open', 'filled', 'live.open'])
      expect((await ashby.apply({ ...requisition, ref: job, targetState }, context)).outcome).toEqual({
        kind: 'confirmed',
      });
    await catalogue(context);
    const problems = sent.flatMap(({ method, url, headers, json }) => {
      const path = new URL(url).pathname;
      const validate = validatorOf(path);
      const basic = headers?.authorization?.startsWith('Basic ') && method === 'POST';
      return validate(json) && basic ? [] : [{ path, json, errors: validate.errors }];
    });
    expect(problems).toEqual([]);
    expect(new Set(sent.map(({ url }) => new URL(url).pathname))).toEqual(
      new Set([
        '/application.info',
        '/interviewStage.list',
        '/application.changeStage',
        '/customField.setValues',
        '/interviewPlan.list',
        '/customField.list',
        '/job.list',
        '/job.create',
        '/job.info',
        '/job.setStatus',
      ]),
    );
  });

  test('the description would refuse what is wrong', () => {
    const valid = validatorOf('/application.changeStage');
    const id = 'a0000000-0000-4000-8000-000000000001';
    expect(valid({ applicationId: id, interviewStageId: id })).toBe(true);
    expect(valid({ applicationId: id })).toBe(false);
    expect(valid({ applicationId: id, interviewStageId: 'Assessment' })).toBe(false);
    expect(validatorOf('/customField.setValues')({ objectId: id, objectType: 'Person', values: [] })).toBe(false);
  });

  test('signature and sign-in are what the description says', () => {
    expect(description.components.securitySchemes.BasicAuth).toMatchObject({ type: 'http', scheme: 'basic' });
    expect(description.components.securitySchemes.WebhookSignature).toMatchObject({
      in: 'header',
      name: 'Ashby-Signature',
    });
  });
});

/** A field's value is described as `oneOf` of several kinds of text, of which a text is always more than one. */
function mended(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(mended);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, mended(value)]),
  );
}

const work: Work = {
  writeback: 'wrb_1',
  attempt: 1,
  machine: 'application',
  ref: null,
  eventType: 'any',
  targetState: '',
  previousState: null,
  expectedStates: [],
  lastWritten: null,
  occurredAt: '2026-03-01T10:00:00.000Z',
  overwrites: ['*'],
  elements: {},
  subject: 'sub_1',
  version: 2,
};
