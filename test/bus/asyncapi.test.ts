// The AsyncAPI document: valid by the official schema, its examples by ours; and the README says nothing that the schemas deny.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { asyncApiDocument } from '../../src/bus/asyncapi.ts';
import { examples } from '../../src/bus/examples.ts';
import { workerPermissions } from '../../src/bus/permissions.ts';
import { commandSubject, resultSubject } from '../../src/bus/topology.ts';
import { commandSchema, feedEventSchema, resultSchema } from '../../src/core/delivery/message.ts';
import { outcomeSchema } from '../../src/core/delivery/outcome.ts';
import { projectFolder } from '../../src/project-folder.ts';

const require = createRequire(import.meta.url);
const readme = readFileSync(join(projectFolder, 'src', 'bus', 'README.md'), 'utf8');
// Over the wire once: what JSON cannot hold is not in the document that people get.
const document = JSON.parse(JSON.stringify(asyncApiDocument()));

type Validate = ((value: unknown) => boolean) & { errors?: unknown };
interface Ajv {
  compile(schema: unknown): Validate;
}

const resolved = (name: string): string | null => {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
};

function ajv(): Ajv {
  const [made, formats] = [require('ajv'), require('ajv-formats')];
  const validator = new (made.default ?? made)({ strict: false, meta: false, validateSchema: false, logger: false });
  (formats.default ?? formats)(validator);
  return validator as Ajv;
}

describe('the AsyncAPI document', () => {
  const official = resolved('@asyncapi/specs/schemas/3.0.0.json');
  const wanted = official !== null || process.env.CI === 'true';
  if (!wanted)
    process.stderr.write('\n*** @asyncapi/specs is not installed: the AsyncAPI document WAS NOT VALIDATED. ***\n');

  it.runIf(wanted)('is valid by the official schema of AsyncAPI 3.0', () => {
    const validate = ajv().compile(JSON.parse(readFileSync(official ?? '', 'utf8')));
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...document, channels: { broken: { address: 5 } } })).toBe(false);
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(6);
    for (const path of references) {
      const target = path.split('/').reduce<Record<string, unknown>>((at, key) => at?.[key] as never, document);
      expect(target, path).toBeDefined();
    }
  });

  it('shows examples that its own schemas and those of the code take', () => {
    const schemas: Record<string, z.ZodType> = { command: commandSchema, result: resultSchema, fact: feedEventSchema };
    for (const [name, schema] of Object.entries(schemas)) {
      const message = document.components.messages[name];
      const validate = ajv().compile(message.payload);
      expect(message.examples.length).toBeGreaterThan(0);
      for (const { payload } of message.examples) {
        expect(schema.safeParse(payload).success, JSON.stringify(payload)).toBe(true);
        expect(validate(payload), JSON.stringify(validate.errors)).toBe(true);
      }
      expect(validate({ ...message.examples[0].payload, [name === 'fact' ? 'id' : 'attempt']: null })).toBe(false);
    }
  });

  it('lets a worker pass over what later versions add to a command, and holds results to the letter', () => {
    const takes = (name: string, payload: unknown): boolean =>
      ajv().compile(document.components.messages[name].payload)(payload);
    expect(takes('command', { ...examples.command.apply, newer: 1 })).toBe(true);
    expect(takes('result', { ...examples.result.confirmed, newer: 1 })).toBe(false);
  });

  it('names the subjects that are used and allowed', () => {
    const address = (channel: string): string =>
      document.channels[channel].address
        .replace('{connection}', 'greenhouse-eu')
        .replace('{mode}', 'apply')
        .replace('{outcome}', 'confirmed');
    expect(address('commands')).toBe(commandSubject('greenhouse-eu', 'apply'));
    expect(address('results')).toBe(resultSubject('greenhouse-eu', 'confirmed'));
    expect(workerPermissions('greenhouse-eu').publish).toContain('il.res.greenhouse-eu.>');
  });
});

describe('src/bus/README.md', () => {
  const shown = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => JSON.parse(match[1] ?? '') as object);

  it('shows messages that the schemas take, one of each kind', () => {
    const commands = shown.filter((one) => 'ttlMs' in one);
    const results = shown.filter((one) => 'outcome' in one);
    const facts = shown.filter((one) => 'specversion' in one);
    expect([commands, results, facts].map((list) => list.length > 0)).toEqual([true, true, true]);
    expect(commands.length + results.length + facts.length).toBe(shown.length);
    for (const one of commands) expect(commandSchema.safeParse(one).error).toBeUndefined();
    for (const one of results) expect(resultSchema.safeParse(one).error).toBeUndefined();
    for (const one of facts) expect(feedEventSchema.safeParse(one).error).toBeUndefined();
  });

  it('tells of every outcome and every mode', () => {
    const kinds = [...outcomeSchema.options.map((option) => option.shape.kind.value), 'shows'];
    for (const kind of [...kinds, ...commandSchema.shape.mode.options]) expect(readme).toContain(`\`${kind}\``);
  });

  it('names files that there are', () => {
    for (const [, path = ''] of readme.matchAll(/`((?:src|test)\/[\w./-]+\.\w+)`/g))
      expect(existsSync(join(projectFolder, path)), path).toBe(true);
  });
});
