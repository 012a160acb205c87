// The command line as a whole: help for every command, exit statuses, and standard output that machines can trust.
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { commandLine } from '../support/command-line.ts';

const interlock = commandLine({ INTERLOCK_PORT: 'nonsense' });
const silent = { write: () => true };
const program = createProgram({ stdout: silent, stderr: silent, stdin: {}, env: {}, exitCode: 0 });
const leaves = (command: Command, path: string[] = []): string[][] =>
  command.commands.length === 0 ? [path] : command.commands.flatMap((one) => leaves(one, [...path, one.name()]));

describe('every command', () => {
  test.each(leaves(program).map((path) => [path.join(' ')]))(
    '%s takes --json and explains itself with one example',
    async (path) => {
      const ran = await interlock(...path.split(' '), '--help');
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
      expect(ran.stdout).toContain('--json');
      expect(ran.stdout).toMatch(new RegExp(`^Example:\\n {2}interlock ${path}( |$)`, 'm'));
    },
  );
});

describe('exit status', () => {
  test.each([
    [[]],
    [['connection']],
    [['conection', 'list']],
    [['connection', 'lst']],
    [['machine', 'show']],
    [['adapters', '--what']],
  ])('2 for %j, said on stderr alone', async (argv) => {
    const ran = await interlock(...argv);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).not.toBe('');
  });

  test('1 when the environment is wrong, naming the variable', async () => {
    const ran = await interlock('connection', 'list');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('INTERLOCK_PORT');
  });

  test('1 when the database cannot be reached', async () => {
    const nowhere = commandLine({
      DATABASE_URL: 'postgres://nobody:hush@127.0.0.1:1/none',
      INTERLOCK_MASTER_KEY: Buffer.alloc(32).toString('base64'),
    });
    const ran = await nowhere('connection', 'list', '--json');
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'failed' } });
    expect(ran.stdout + ran.stderr).not.toContain('hush');
  });
});

test('a wrong command line is JSON too for those who asked for JSON', async () => {
  const ran = await interlock('machine', 'show', 'application', '--json');
  expect(ran.exitCode).toBe(2);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'usage' } });
});

test('the adapters are listed with what they can do', async () => {
  const { items } = JSON.parse((await interlock('adapters', '--json')).stdout);
  expect(items).toContainEqual(
    expect.objectContaining({
      name: 'greenhouse',
      kind: 'ats',
      capabilities: expect.objectContaining({ precondition: 'compare_and_set' }),
    }),
  );
  expect((await interlock('adapters')).stdout).toContain('greenhouse');
});
