// `interlock machine …` and `dictionary …`: read from the files alone, and faults end with status 1.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationV1 } from '../../machines/application.v1.ts';
import { commandLine } from '../support/command-line.ts';

const interlock = commandLine({});
async function json(...argv: string[]) {
  const ran = await interlock(...argv, '--json');
  return { ...ran, body: JSON.parse(ran.stdout) };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('machine lint', () => {
  test('finds no error in the released machines', async () => {
    const ran = await json('machine', 'lint');
    expect(ran).toMatchObject({ exitCode: 0, body: { errors: 0 } });
    expect(ran.body.machines.map((one: { machine: string }) => one.machine)).toEqual(
      expect.arrayContaining(['application.v1', 'requisition.v1', 'onboarding.v1']),
    );
  });

  test('names rule, path and message of an error and ends with 1', async () => {
    const broken = structuredClone(applicationV1) as { states: Record<string, unknown> };
    broken.states.limbo = {
      description: 'Nobody leaves',
      meta: { owner: 'nobody', sla: null, systemOfRecord: 'ats', onDivergence: 'hold' },
    };
    const path = file('broken.json', broken);
    const ran = await interlock('machine', 'lint', path);
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toMatch(/^ {2}error {2}\w+ {2}limbo {2}\S/m);
    const found = await json('machine', 'lint', path);
    expect(found.exitCode).toBe(1);
    expect(found.body.machines[0].findings).toContainEqual(
      expect.objectContaining({ severity: 'error', path: 'limbo' }),
    );
  });

  test('finds an element that the dictionary does not have', async () => {
    const unknown = JSON.parse(JSON.stringify(applicationV1).replaceAll('screening.score"', 'screening.mood"'));
    const ran = await json('machine', 'lint', file('unknown.json', unknown));
    expect(ran.exitCode).toBe(1);
    expect(JSON.stringify(ran.body)).toContain('screening.mood');
  });

  test('says of a file that it is not there, holds no machine or cannot be read', async () => {
    expect((await interlock('machine', 'lint', join(folder, 'nowhere.json'))).exitCode).toBe(2);
    expect(await json('machine', 'lint', file('empty.json', {}))).toMatchObject({
      exitCode: 1,
      body: { error: { code: 'no_machine' } },
    });
    expect(await json('machine', 'lint', file('torn.json', '{"id"'))).toMatchObject({
      exitCode: 1,
      body: { error: { code: 'not_readable' } },
    });
  });

  test('reads a machine in TypeScript', async () => {
    expect((await json('machine', 'lint', 'machines/application.v1.ts')).body).toMatchObject({
      errors: 0,
      machines: [{ machine: 'application.v1' }],
    });
  });
});

describe('a machine version', () => {
  test('is listed, shown and drawn', async () => {
    const listed: { machine: string; version: number; hash: string }[] = (await json('machine', 'list')).body.items;
    const first = listed.find((one) => one.machine === 'application' && one.version === 1);
    const shown = (await json('machine', 'show', 'application', '1')).body;
    expect(shown).toMatchObject({ machine: 'application', version: 1, hash: first?.hash });
    expect(shown.states).toContainEqual(expect.objectContaining({ state: 'hired', final: expect.any(Boolean) }));
    expect((await interlock('machine', 'show', 'application', 'latest')).stdout).toContain('active.screening.invited');
    const out = join(folder, 'application.svg');
    expect(await json('machine', 'diagram', 'application', '1', '--out', out)).toMatchObject({
      exitCode: 0,
      body: { hash: first?.hash, file: out },
    });
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
  });

  test('that is not there is refused with those that are', async () => {
    expect((await json('machine', 'show', 'application', '99')).body.error).toMatchObject({
      code: 'unknown_version',
      message: expect.stringContaining('1'),
    });
    expect((await json('machine', 'diagram', 'lathe', '1', '--out', join(folder, 'x.svg'))).body.error).toMatchObject({
      code: 'unknown_machine',
      message: expect.stringContaining('application'),
    });
    const nowhere = await json('machine', 'diagram', 'application', '1', '--out', join(folder, 'no', 'where.svg'));
    expect(nowhere).toMatchObject({ exitCode: 1, body: { error: { code: 'not_written' } } });
  });
});

describe('the dictionary', () => {
  test('is checked, and explains an element', async () => {
    expect(await json('dictionary', 'check')).toMatchObject({
      exitCode: 0,
      body: { elements: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect((await json('dictionary', 'explain', 'screening.score')).body).toMatchObject({
      name: 'screening.score',
      goldenSource: 'screening',
      events: expect.arrayContaining(['screening.completed']),
    });
    expect((await interlock('dictionary', 'explain', 'candidate.email')).stdout).toContain('every event');
  });

  test('names its neighbours where there is no such element', async () => {
    const ran = await interlock('dictionary', 'explain', 'screening.scor');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('screening.score');
  });
});
