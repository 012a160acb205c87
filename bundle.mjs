// After the compiler: the program in a few files, since Node takes a second to find and read the thousand small ones it is made of.
// `node bundle.mjs [FOLDER]`: what lies in FOLDER/src (dist, unless given) comes to FOLDER/program.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { parseDocument } from 'yaml';

const folder = process.argv[2] ?? 'dist';
const program = join(folder, 'program');

/** Modules of many files that nothing outside imports as well: whatever is read twice is another thing each time. The rest stays where it is. */
const taken = /^(?:kysely|zod|hono|@hono\/[a-z-]+|@asteasolutions\/zod-to-openapi|openapi3-ts|xstate)(?:\/|$)/;

const { metafile } = await build({
  entryPoints: {
    main: join(folder, 'src/main.js'),
    interlock: join(folder, 'src/cli/interlock.js'),
    'layout-worker': join(folder, 'src/console/diagram/layout-worker.js'),
  },
  outdir: program,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // For traces: each piece says which file it was, and keeps its names.
  minify: false,
  metafile: true,
  logLevel: 'warning',
  plugins: [
    {
      name: 'take what is named',
      setup(plugins) {
        plugins.onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
          kind === 'entry-point' || taken.test(path) ? undefined : { path, external: true },
        );
      },
    },
  ],
});

// The dictionary as it was read, by the hash of each file's text: a start need not do it again. What cannot be read is left to the start, which says why.
const dictionary = join(folder, '..', 'dictionary');
const files = readdirSync(dictionary, { recursive: true }).filter((name) => name.endsWith('.yaml'));
const read = files.flatMap((name) => {
  const text = readFileSync(join(dictionary, name), 'utf8');
  const document = parseDocument(text);
  if (document.errors.length > 0) return [];
  return [[createHash('sha256').update(text).digest('hex'), document.toJS({ maxAliasCount: 0 })]];
});
writeFileSync(join(program, 'dictionary.json'), JSON.stringify(Object.fromEntries(read)));

// A process of an earlier build may still read its parts when it first needs them.
const built = new Set([...Object.keys(metafile.outputs).map((path) => basename(path)), 'dictionary.json']);
const keptMs = 14 * 86_400_000;
const now = new Date();
for (const name of built) utimesSync(join(program, name), now, now);
for (const name of readdirSync(program)) {
  const path = join(program, name);
  if (!built.has(name) && statSync(path).mtimeMs < now.getTime() - keptMs) rmSync(path);
}
