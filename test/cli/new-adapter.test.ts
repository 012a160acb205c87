// `interlock adapter new`: what it writes compiles, fails the contract with what to write next, and passes it once that is written.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectFolder } from '../../src/project-folder.ts';
import { commandLine } from '../support/command-line.ts';

const interlock = commandLine({});
const checkout = mkdtempSync(join(tmpdir(), 'interlock-new-adapter-'));
const at = (file: string): string => join(checkout, file);

beforeAll(() => {
  for (const folder of [
    'src/adapters',
    'src/core',
    'src/sandbox/kernel',
    'src/certify',
    'dictionary',
    'machines',
    'test/support',
  ])
    cpSync(join(projectFolder, folder), at(folder), { recursive: true });
  for (const file of ['package.json', 'src/project-folder.ts', 'src/load-definitions.ts'])
    cpSync(join(projectFolder, file), at(file));
  for (const folder of ['migrations', 'test/adapters']) mkdirSync(at(folder), { recursive: true });
  symlinkSync(join(projectFolder, 'node_modules'), at('node_modules'));
  const { compilerOptions } = JSON.parse(readFileSync(join(projectFolder, 'tsconfig.json'), 'utf8'));
  writeFileSync(at('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['test/adapters'] }));
  writeFileSync(at('vitest.config.ts'), "export default { test: { include: ['test/adapters/*.test.ts'] } };\n");
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

test('a name that is none, a folder that is no checkout, and what is there already', async () => {
  expect(await interlock('adapter', 'new', 'Acme')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await interlock('adapter', 'new', '../acme')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await interlock('adapter', 'new', 'acme', '--kind', 'crm')).toMatchObject({ exitCode: 2, stdout: '' });
  const nowhere = await interlock('adapter', 'new', 'acme', '--into', join(checkout, 'migrations'));
  expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no checkout') });
  const there = await interlock('adapter', 'new', 'greenhouse', '--into', checkout);
  expect(there).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('src/adapters/greenhouse/settings.ts') });
});

test('it says what it wrote and what comes next', async () => {
  const ran = await interlock('adapter', 'new', 'acme-hire', '--title', 'Acme Hire', '--into', checkout, '--json');
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  const { files, next } = JSON.parse(ran.stdout) as { files: string[]; next: string[] };
  expect(files).toEqual([
    ...['settings.ts', 'inbound.ts', 'outbound.ts', 'index.ts', 'SETUP.md'].map(
      (file) => `src/adapters/acme-hire/${file}`,
    ),
    'dictionary/systems/acme-hire.yaml',
    'src/sandbox/acme-hire.ts',
    'src/certify/benches/acme-hire.ts',
    'test/adapters/acme-hire.test.ts',
    'test/adapters/fixtures-acme-hire.test.ts',
  ]);
  for (const file of files) expect(readFileSync(at(file), 'utf8'), file).toContain('Acme Hire');
  expect(next).toHaveLength(7);
  expect(await interlock('adapter', 'new', 'acme-hire', '--into', checkout)).toMatchObject({ exitCode: 1 });
});

test('it compiles, and is in the form that this repository keeps', async () => {
  expect(await complaints()).toEqual([]);
  const files = [
    'src/adapters/acme-hire',
    'src/sandbox/acme-hire.ts',
    'src/certify/benches/acme-hire.ts',
    'test/adapters',
  ];
  cpSync(join(projectFolder, 'biome.json'), at('biome.json'));
  const linted = await run(
    join(projectFolder, 'node_modules/@biomejs/biome/bin/biome'),
    'check',
    '--vcs-enabled=false',
    ...files,
  );
  expect(linted.exitCode, linted.output).toBe(0);
}, 240_000);

test('as it is, the contract fails, and each failure names what to write', async () => {
  const { failed, passed } = await contract();
  expect(failed.length).toBeGreaterThan(20);
  const untold = failed.filter(({ message }) => !message.includes('not_written_yet'));
  expect(untold).toEqual([]);
  const named = new Set(failed.flatMap(({ message }) => message.match(/(src\/[\w/-]+\.(?:ts|md))/g) ?? []));
  expect([...named].filter((file) => !/support|certify/.test(file)).sort()).toEqual([
    'src/adapters/acme-hire/SETUP.md',
    'src/adapters/acme-hire/outbound.ts',
    'src/adapters/registry.ts',
    'src/sandbox/acme-hire.ts',
  ]);
  // What passes is what holds of an adapter that does nothing: it takes no nonsense and asks for nothing.
  expect(
    passed.filter(
      (title) => !/never becomes an event|only the elements|cannot show|mapped to nothing|expired|rotation/.test(title),
    ),
  ).toEqual([]);
}, 240_000);

test('with a signing simulator, the next thing to write is the inbound part', async () => {
  replace(
    'src/sandbox/acme-hire.ts',
    ['_delivery: WebhookDelivery, _secret: string', 'delivery: WebhookDelivery, secret: string'],
    [
      '  return {};',
      `  return { 'x-acme-hire-signature': createHmac('sha256', secret).update(delivery.body).digest('hex') };`,
    ],
    ['import { randomUUID }', 'import { createHmac, randomUUID }'],
  );
  const { failed } = await contract();
  const messages = failed.map(({ message }) => message).join('\n');
  expect(messages).toContain('signatureIn in src/adapters/acme-hire/inbound.ts');
  expect(messages).not.toContain('sends no x-acme-hire-signature');
}, 240_000);

test('what is asked for, and nothing else, makes it pass', async () => {
  writeTheRest();
  expect(await complaints()).toEqual([]);
  const { failed, passed } = await contract();
  expect(failed).toEqual([]);
  expect(passed.length).toBeGreaterThan(40);
}, 240_000);

/** A vendor with one read and one write, as somebody would write it. */
function writeTheRest(): void {
  replace(
    'src/sandbox/acme-hire.ts',
    ['api(_office: Office', 'api(office: Office'],
    [
      "  const planned: Planned = { status: 501, body: { message: 'not_written_yet: api in src/sandbox/acme-hire.ts' } };\n",
      `  const missing: Planned = { status: 404, body: { error: 'not found' } };
  app.use('*', async (call, next) => {
    if (call.req.header('authorization') !== \`Bearer \${office.apiKey}\`) return call.json({ error: 'key' }, 401);
    await next();
  });
`,
    ],
    [
      "  app.get('*', (call) => answer(call, faults, 'read', () => planned));\n",
      `  app.get('/applications/:id', (call) =>
    answer(call, faults, 'read', () => {
      const shown = office.shelf.visible(call.req.param('id'));
      return shown ? { status: 200, body: { id: shown.id, stage: shown.stage } } : missing;
    }),
  );
`,
    ],
    [
      "  app.all('*', (call) => answer(call, faults, 'write', () => planned));\n",
      `  app.put('/applications/:id/stage', async (call) => {
    const { stage } = (await call.req.json()) as { stage: string };
    return answer(call, faults, 'write', () => {
      const saved = office.shelf.saved(call.req.param('id'));
      if (!saved) return missing;
      if (!office.stages.has(stage)) return { status: 422, body: { error: 'stage' } };
      return { status: 200, body: {}, commit: (lagMs) => office.save({ ...saved, stage }, 'api', lagMs) };
    });
  });
`,
    ],
    ['  id: application.id,\n', '  id: application.id,\n  stage: application.stage,\n'],
  );
  replace(
    'src/adapters/acme-hire/outbound.ts',
    [
      'function readRequest(_ref: string): Asked | null | undefined {\n  return undefined;',
      `function readRequest(ref: string): Asked | null | undefined {\n  return /^\\d+$/.test(ref) ? { method: 'GET', path: '/applications/' + ref } : null;`,
    ],
    [
      'function shown(_json: unknown): Place | null | undefined {\n  return undefined;',
      "function shown(json: unknown): Place | null | undefined {\n  const stage = (json as { stage?: unknown } | null | undefined)?.stage;\n  return typeof stage === 'string' ? { stage, end: null } : null;",
    ],
    [
      'function writeRequest(_ref: string, _wanted: Wanted, _now: Place): Asked | undefined {\n  return undefined;',
      `function writeRequest(ref: string, wanted: Wanted, _now: Place): Asked | undefined {\n  return { method: 'PUT', path: '/applications/' + ref + '/stage', json: wanted };`,
    ],
  );
  replace(
    'src/adapters/acme-hire/inbound.ts',
    [
      'signatureIn(_header: string): string | undefined {\n  return undefined;',
      'signatureIn(header: string): string | undefined {\n  return header;',
    ],
    ['function says(_payload: unknown)', 'function says(payload: unknown)'],
    [
      "'not_understood' | undefined {\n  return undefined;",
      `'not_understood' | undefined {
  const { id, at, event, stage } = { ...(payload as Record<string, unknown> | null) };
  if (typeof id !== 'string' || typeof at !== 'string' || typeof stage !== 'string') return 'not_understood';
  return event === 'created' ? { is: 'received', ref: id, at } : { is: 'moved', ref: id, at, place: { stage, end: null } };`,
    ],
  );
  replace('dictionary/systems/acme-hire.yaml', ['not_written_yet: what', 'What']);
  replace('src/adapters/acme-hire/SETUP.md', ['not_written_yet: which', 'Which'], ['not_written_yet: what', 'What']);
  replace(
    'src/adapters/registry.ts',
    [
      "import type { Adapter } from './port.ts';",
      "import { acmeHire } from './acme-hire/index.ts';\nimport type { Adapter } from './port.ts';",
    ],
    ['readonly Adapter[] = [', 'readonly Adapter[] = [acmeHire, '],
  );
}

function replace(file: string, ...changes: [string, string][]): void {
  let text = readFileSync(at(file), 'utf8');
  for (const [before, after] of changes) {
    expect(text, `${file} has no longer: ${before}`).toContain(before);
    text = text.replace(before, () => after);
  }
  writeFileSync(at(file), text);
}

/** What the compiler says of the new files; neighbours are somebody else's. */
async function complaints(): Promise<string[]> {
  const { output } = await run(
    join(projectFolder, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.json',
    '--noEmit',
    // The second time, only what changed since is looked at.
    '--incremental',
    '--tsBuildInfoFile',
    at('.tsbuildinfo'),
  );
  return output.split('\n').filter((line) => line.includes('acme-hire'));
}

interface Judged {
  failed: { title: string; message: string }[];
  passed: string[];
}

async function contract(): Promise<Judged> {
  const vitest = join(projectFolder, 'node_modules/vitest/vitest.mjs');
  const { output } = await run(vitest, 'run', '--root', checkout, '--reporter=json', 'test/adapters/acme-hire.test.ts');
  const report = JSON.parse(output.slice(output.indexOf('{"'))) as {
    testResults: { assertionResults: { status: string; title: string; failureMessages: string[] }[] }[];
  };
  const results = report.testResults.flatMap((one) => one.assertionResults);
  return {
    failed: results
      .filter((one) => one.status === 'failed')
      .map(({ title, failureMessages }) => ({ title, message: failureMessages.join('\n') })),
    passed: results.filter((one) => one.status === 'passed').map((one) => one.title),
  };
}

function run(program: string, ...args: string[]): Promise<{ exitCode: number; output: string }> {
  // A run inside a run must not take itself for a worker of the outer one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV|NODE_V8)/.test(name)),
  );
  const options = { cwd: checkout, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({
        exitCode: error ? Number(error.code ?? 1) : 0,
        output: stdout.startsWith('{') ? stdout : stdout + stderr,
      }),
    ),
  );
}
