// The house rules that no compiler holds: read from every file, and each proven on a made-up file that breaks it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machineDefinitions } from '../machines/index.ts';
import { createRegistry, type ReleasedVersion } from '../src/core/machine/registry.ts';
import { projectFolder } from '../src/project-folder.ts';
import { frozenViolations, sha256Of } from './tidy/frozen.ts';
import { readSources, type SourceFile } from './tidy/source-file.ts';
import { violations } from './tidy/violations.ts';

test('every file of the project keeps the rules', () => {
  const files = readSources(projectFolder, ['src', 'machines', 'test']);
  expect(files.length).toBeGreaterThan(200);
  expect(violations(files)).toEqual([]);
});

const opening = '// Made up, to see a rule at work.\n';
const file = (path: string, ...lines: string[]): SourceFile => ({ path, text: `${opening}${lines.join('\n')}\n` });
const broken = (path: string, ...lines: string[]): string[] => violations([file(path, ...lines)]);
const imports = (specifier: string): string => `import { thing } from '${specifier}';`;

describe('layers', () => {
  test.each([
    ['src/core/a.ts', '../services/b.ts', 'core must not import services'],
    ['src/core/a.ts', '../../machines/index.ts', 'core must not import machines'],
    ['src/core/deep/a.ts', '../../processes.ts', 'core must not import ground'],
    ['src/store/a.ts', '../bus/port.ts', 'store must not import bus'],
    ['src/store/reports/a.ts', '../../adapters/port.ts', 'store must not import adapters'],
    ['src/store/a.ts', '../config.ts', 'store must not import config'],
    ['src/bus/a.ts', '../store/pool.ts', 'bus must not import store'],
    ['src/adapters/acme/a.ts', '../../store/pool.ts', 'adapters must not import store'],
    ['src/adapters/acme/a.ts', '../../processes.ts', 'adapters must not import ground'],
    ['src/processes.ts', './core/limits.ts', 'ground must not import core'],
    ['src/services/a.ts', '../http/app.ts', 'services must not import http'],
    ['src/services/a.ts', '../log.ts', 'services must not import log'],
    ['src/services/a.ts', '../sandbox/b.ts', 'services must not import sandbox'],
    ['src/sandbox/a.ts', '../adapters/port.ts', 'sandbox must not import adapters'],
    ['src/http/a.ts', '../console/b.ts', 'http must not import console'],
    ['src/console/a.ts', '../compose.ts', 'console must not import top'],
    ['src/main.ts', './sandbox/a.ts', 'top must not import sandbox'],
    ['src/main.ts', './cli/a.ts', 'top must not import cli'],
    ['machines/a.v1.ts', '../src/store/b.ts', 'machines must not import store'],
    ['machines/a.v1.ts', '../src/core/b.ts', 'machines are data: import types only'],
    ['src/core/a.ts', '../../elsewhere/b.ts', 'core must not import an unknown place'],
  ])('%s importing %s', (path, specifier, detail) => {
    expect(broken(path, imports(specifier))).toEqual([`${path}: layers: ${detail} (${specifier})`]);
  });

  test.each([
    ['src/core/a.ts', './b.ts'],
    ['src/store/a.ts', '../core/b.ts'],
    ['src/store/embedded/a.ts', '../../processes.ts'],
    ['src/services/a.ts', '../adapters/port.ts'],
    ['src/http/a.ts', '../services/b.ts'],
    ['src/http/a.ts', '../store/b.ts'],
    ['src/console/a.ts', '../http/b.ts'],
    ['src/cli/a.ts', '../sandbox/b.ts'],
    ['src/cli/a.ts', '../compose.ts'],
    ['src/compose.ts', './store/b.ts'],
    ['test/a.test.ts', '../src/sandbox/b.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(broken(path, imports(specifier))).toEqual([]);
  });

  test('machines may import types of core, written either way', () => {
    expect(broken('machines/a.v1.ts', `import type { A } from '../src/core/b.ts';`)).toEqual([]);
    expect(broken('machines/a.v1.ts', `import { type A, type B } from '../src/core/b.ts';`)).toEqual([]);
    expect(broken('machines/a.v1.ts', `import { type A, b } from '../src/core/b.ts';`)).toHaveLength(1);
  });

  test.each([
    ['over several lines', 'import {\n  a,\n  type B,\n} from', ''],
    ['for its types', 'import type { A } from', ''],
    ['whole', 'import * as everything from', ''],
    ['for its effect', 'import', ''],
    ['when running', 'const a = await import(', ')'],
    ['to pass it on', 'export { a } from', ''],
  ])('an import is seen: %s', (_, before, after) => {
    expect(broken('src/store/a.ts', `${before} '../http/app.ts'${after};`)).toEqual([
      'src/store/a.ts: layers: store must not import http (../http/app.ts)',
    ]);
  });

  test('store, bus and adapters meet in services and nowhere else', () => {
    const both = [imports('../store/a.ts'), imports('../bus/b.ts')];
    expect(broken('src/services/a.ts', ...both)).toEqual([]);
    expect(broken('src/http/a.ts', ...both)).toEqual([
      'src/http/a.ts: layers: brings store and bus together; only services do',
    ]);
  });

  test('a folder that nobody knows is no layer', () => {
    expect(broken('src/plugins/a.ts')[0]).toMatch('src/plugins/a.ts: layers: lies in no known layer');
  });
});

describe('packages', () => {
  test.each([
    ['src/services/a.ts', 'xstate', 'core'],
    ['src/http/a.ts', 'kysely', 'store'],
    ['src/services/a.ts', 'pg', 'store'],
    ['src/services/a.ts', '@nats-io/jetstream', 'bus'],
    ['src/services/a.ts', 'undici', 'adapters'],
    ['src/sandbox/a.ts', 'undici', 'adapters'],
    ['src/services/a.ts', 'hono/jsx', 'http, console, sandbox'],
    ['src/http/a.ts', 'jose', 'services'],
    ['src/http/a.ts', '@node-rs/argon2', 'services'],
    ['src/http/a.ts', 'elkjs/lib/elk.bundled.js', 'console'],
    ['src/main.ts', 'commander', 'cli'],
    ['src/compose.ts', 'pino', 'log'],
    ['src/services/a.ts', 'prom-client', 'src/services/metrics.ts'],
    ['src/services/a.ts', 'rate-limiter-flexible', 'http'],
    ['src/core/a.ts', 'yaml', 'src/load-definitions.ts, cli'],
  ])('%s importing %s', (path, name, owner) => {
    expect(broken(path, imports(name))).toEqual([
      `${path}: packages: ${packageName(name)} may be imported by ${owner} only`,
    ]);
  });

  const packageName = (name: string): string => (name.startsWith('@') ? name : (name.split('/')[0] ?? ''));

  test.each([
    ['src/core/a.ts', 'zod'],
    ['src/http/a.ts', 'zod'],
    ['src/services/metrics.ts', 'prom-client'],
    ['src/sandbox/a.ts', 'standardwebhooks'],
    ['src/load-definitions.ts', 'yaml'],
    ['test/a.test.ts', 'pg'],
  ])('%s may import %s', (path, name) => {
    expect(broken(path, imports(name))).toEqual([]);
  });

  test('a new one needs an owner and a reason', () => {
    expect(broken('src/core/a.ts', imports('left-pad'))).toEqual([
      'src/core/a.ts: packages: left-pad has no owner: choose one in test/tidy/layers.ts and give its reason in CHANGELOG.md',
    ]);
  });

  test('every one that runs has its reason in CHANGELOG.md', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >;
    const changelog = read('CHANGELOG.md');
    const unexplained = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => !changelog.includes(`\`${name}\``),
    );
    expect(unexplained).toEqual([]);
  });
});

describe('core', () => {
  test.each([
    ['const a = Date.now();', 'reads the clock'],
    ['const a = new Date();', 'reads the clock'],
    ['const a = new Date;', 'reads the clock'],
    ['const a = performance.now();', 'reads the clock'],
    ['const a = Math.random();', 'is random'],
    ['const a = crypto.randomUUID();', 'is random'],
    [`import { createHash, randomBytes } from 'node:crypto';`, 'randomBytes is random'],
    ['setTimeout(a, 1);', 'sets a timer'],
    ['await fetch(a);', 'reaches outside'],
    ['process.exit(1);', 'reaches outside'],
    [imports('node:fs'), 'must not import node:fs'],
    [imports('node:net'), 'must not import node:net'],
    [imports('node:http'), 'must not import node:http'],
    [imports('node:timers/promises'), 'must not import node:timers'],
  ])('%s', (line, detail) => {
    expect(broken('src/core/a.ts', line)).toHaveLength(1);
    expect(broken('src/core/a.ts', line)[0]).toMatch(`src/core/a.ts: core is pure: `);
    expect(broken('src/core/a.ts', line)[0]).toMatch(detail);
    expect(broken('src/services/a.ts', line)).toEqual([]);
  });

  test('times and hashes that come as arguments are fine', () => {
    expect(
      broken(
        'src/core/a.ts',
        `import { createHash } from 'node:crypto';`,
        'const a = new Date(now); // not Date.now()',
      ),
    ).toEqual([]);
  });
});

describe('form', () => {
  test.each([
    ['exports', 'export default a;', 'default export'],
    ['exports', `export * from './b.ts';`, 'exports everything'],
    ['syntax', 'export const enum A { B }', 'enum'],
    ['syntax', 'enum A { B }', 'enum'],
    ['environment', 'const a = process.env.HOME;', 'reads the environment'],
    ['environment', 'const { env } = process;', 'reads the environment'],
    ['hash prices', 'createContext({ hashPrices: cheap });', 'sets what hashes cost'],
    ['leftovers', `// FIX${'ME'}: later`, 'leftover marker'],
    ['leftovers', `const a = 1; // X${'XX'}`, 'leftover marker'],
    ['leftovers', `// TO${'DO'}`, 'without what and why'],
    ['leftovers', `// TO${'DO'}: soon`, 'without what and why'],
    ['length', '\n'.repeat(300), 'lines; 300 is the most'],
  ])('%s: %s', (rule, text, detail) => {
    const found = broken('src/http/a.ts', text).filter((line) => !line.startsWith('src: '));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(`src/http/a.ts: ${rule}: `);
    expect(found[0]).toMatch(detail);
  });

  test('only config.ts reads the environment, tests may, and a reason excuses a note', () => {
    expect(broken('src/config.ts', 'const a = process.env.HOME;')).toEqual([]);
    expect(broken('test/a.test.ts', 'const a = process.env.HOME;')).toEqual([]);
    expect(broken('src/http/a.ts', `// TO${'DO'}: drop this when PostgreSQL 15 is no longer run`)).toEqual([]);
    expect(broken('src/http/a.ts', '// nobody may read process.env here')).toEqual([]);
  });

  test.each(['test', 'it', 'describe'])('%s alone is found', (call) => {
    expect(broken('test/a.test.ts', `${call}${'.on'}ly('one', () => {});`)).toEqual([
      'test/a.test.ts: tests: runs one test alone; every test must run',
    ]);
  });

  test.each(['utils', 'common', 'helpers', 'misc'])('a file or folder called %s', (name) => {
    expect(broken(`src/http/${name}.ts`)).toEqual([
      `src/http/${name}.ts: names: "${name}" says nothing; name what is in it`,
    ]);
    expect(broken(`src/http/${name}/a.ts`)).toHaveLength(1);
    expect(broken(`test/${name}.test.ts`)).toHaveLength(1);
  });

  test.each(['src/http/someThing.ts', 'src/http/Thing.tsx', 'test/some_thing.test.ts'])(
    '%s is not in kebab-case',
    (path) => {
      expect(broken(path)[0]).toMatch('is not in kebab-case');
    },
  );

  test.each([
    ['nothing', 'export const a = 1;\n'],
    ['code', `import { a } from './b.ts';\n// Too late, the file has begun.\n`],
    ['no sentence', '// app routes\n'],
    ['no end', '// The routes of the application\n'],
  ])('a file that opens with %s', (_, text) => {
    expect(violations([{ path: 'src/http/a.ts', text }])[0]).toMatch('src/http/a.ts: opening: ');
  });

  test('a middle file that is too long', () => {
    const long = file('src/http/a.ts', ...Array.from({ length: 80 }, (_, index) => `const a${index} = 1;`));
    expect(violations([long, long, file('src/http/b.ts')])).toEqual([
      'src: length: the middle file has 81 lines; 80 is the most',
    ]);
    expect(violations([long, file('src/http/b.ts'), file('src/http/c.ts')])).toEqual([]);
  });
});

describe('what is released', () => {
  const migrations = readdirSync(join(projectFolder, 'migrations'))
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .map((name) => ({ path: `migrations/${name}`, text: read(`migrations/${name}`) }));
  const released = JSON.parse(read('machines/released.json')) as Record<string, ReleasedVersion>;

  test('migrations on record are as they were', () => {
    expect(frozenViolations(JSON.parse(read('migrations/frozen.json')) as Record<string, string>, migrations)).toEqual(
      [],
    );
  });

  test('a changed, a missing and a squeezed-in migration would be found', () => {
    const names = migrations.map(({ path }) => path.slice('migrations/'.length));
    const frozen = Object.fromEntries(migrations.map(({ text }, index) => [names[index] ?? '', sha256Of(text)]));
    expect(frozenViolations(frozen, migrations)).toEqual([]);
    const [first, ...rest] = migrations;
    expect(frozenViolations(frozen, [{ path: first?.path ?? '', text: `${first?.text}-- again\n` }, ...rest])).toEqual([
      { file: first?.path, rule: 'frozen', detail: 'was released and is changed: undo that and write a new migration' },
    ]);
    expect(frozenViolations(frozen, rest)).toEqual([
      { file: names[0], rule: 'frozen', detail: 'was released and is gone: put it back' },
    ]);
    expect(frozenViolations(frozen, [...migrations, { path: 'migrations/0001_b.sql', text: '' }])).toEqual([
      {
        file: 'migrations/0001_b.sql',
        rule: 'frozen',
        detail: `is new but comes before ${names.at(-1)}, which is released: give it a higher number`,
      },
    ]);
  });

  test('machines on record are as they were, and a changed one would be found', () => {
    expect(() => createRegistry(machineDefinitions, released)).not.toThrow();
    const [first, ...rest] = machineDefinitions;
    if (!first) throw new Error('machines/index.ts lists nothing');
    expect(() => createRegistry([{ ...first, description: 'other' }, ...rest], released)).toThrow(
      'was changed after its release',
    );
    expect(() => createRegistry(rest, released)).toThrow('Subjects may still be in that version');
  });
});

function read(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8');
}
