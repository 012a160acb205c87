// The dictionary as the build has read it: what a start believes of it, and that a changed file is read anew.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadDictionary } from '../../src/load-definitions.ts';
import { projectFolder } from '../../src/project-folder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'interlock-built-dictionary-'));
const folder = join(scratch, 'dictionary');
cpSync(join(projectFolder, 'dictionary'), folder, { recursive: true });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const check = (argv: readonly string[] = [], node: readonly string[] = []) =>
  spawnSync(process.execPath, [...node, 'dist/program/interlock.js', 'dictionary', 'check', ...argv], {
    cwd: projectFolder,
    encoding: 'utf8',
  });

/** Whoever wants the reader of YAML ends with an error. */
const withoutYaml = join(scratch, 'without-yaml.cjs');
writeFileSync(
  withoutYaml,
  `const module_ = require('node:module');
  const resolve = module_._resolveFilename;
  module_._resolveFilename = (name, ...rest) => {
    if (name === 'yaml') throw new Error('YAML was read');
    return resolve(name, ...rest);
  };`,
);

test('the built program knows what the files say, without reading their YAML', () => {
  const told = check([], ['--require', withoutYaml]);
  expect(told.stderr).toBe('');
  expect(told.stdout).toContain(`hash ${loadDictionary().hash.slice(0, 12)}`);
});

test('a file that was changed since is read anew, and its faults are told by file and line', () => {
  const file = join(folder, 'regions/in.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('owner: ', 'owner: The '));
  expect(check([folder]).stdout).toContain(`hash ${loadDictionary(folder).hash.slice(0, 12)}`);
  expect(check([folder], ['--require', withoutYaml]).stderr).toContain('YAML was read');
  writeFileSync(file, `${text}nonsense: 1\n`);
  const wrong = check([folder]);
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toMatch(/in\.yaml:\d+: /);
});
