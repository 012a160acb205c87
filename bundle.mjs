// After the compiler: the program in a few files, since Node takes a second to find and read the thousand small ones it is made of.
// `node bundle.mjs [FOLDER]`: what lies in FOLDER/src (dist, unless given) comes to FOLDER/program.
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

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

// A process of an earlier build may still read its parts when it first needs them, and services run for weeks.
const built = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
const keptMs = 90 * 86_400_000;
const now = new Date();
for (const name of built) utimesSync(join(program, name), now, now);
for (const name of readdirSync(program)) {
  const path = join(program, name);
  if (!built.has(name) && statSync(path).mtimeMs < now.getTime() - keptMs) rmSync(path);
}
