// `adapter new`: a folder that compiles, and fails the adapter contract with what to write next until it is an adapter.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { systemKinds } from '../../core/machine/definition.ts';
import { projectFolder } from '../../project-folder.ts';
import { type Answer, answering, done, failed, misused } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { bench } from './skeleton/bench.ts';
import { contractTest } from './skeleton/contract-test.ts';
import { fixturesTest } from './skeleton/fixtures-test.ts';
import { inbound } from './skeleton/inbound.ts';
import { index } from './skeleton/index.ts';
import { mapping } from './skeleton/mapping.ts';
import { type AdapterNames, adapterName, namesOf } from './skeleton/names.ts';
import { outbound } from './skeleton/outbound.ts';
import { settings } from './skeleton/settings.ts';
import { setup } from './skeleton/setup.ts';
import { simulator } from './skeleton/simulator.ts';

interface NewOptions {
  kind: string;
  title?: string;
  into: string;
}

export function newCommand(adapter: Command, cli: Cli): void {
  verb(
    adapter,
    'new <name>',
    'Begin an adapter: its folder, its mapping, a simulator and its tests, to be completed',
    'adapter new acme-hire --title "Acme Hire"',
  )
    .addOption(new Option('--kind <kind>', 'what kind of system it is').choices(systemKinds).default('ats'))
    .option('--title <title>', 'the product as people call it; made of the name unless given')
    .option('--into <folder>', 'the checkout to write to', projectFolder)
    .action(answering(cli, begin));
}

async function begin(name: string, { kind, title, into }: NewOptions): Promise<Answer> {
  if (!adapterName.test(name))
    return misused(`"${name}" is no name for an adapter: small letters and digits, with hyphens between words.`);
  if (!existsSync(join(into, 'src', 'adapters')) || !existsSync(join(into, 'test', 'adapters')))
    return failed('no_checkout', `${into} is no checkout of Interlock: adapters are written in its source.`);
  const files = filesOf(namesOf(name, kind, title));
  const taken = Object.keys(files).filter((file) => existsSync(join(into, file)));
  if (taken.length > 0) return failed('exists', `Nothing was written: ${taken.join(', ')} is there already.`);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    // Never over a file that came to be meanwhile.
    writeFileSync(join(into, file), text, { flag: 'wx' });
  }
  const steps = nextSteps(name);
  return done(
    { adapter: name, files: Object.keys(files), next: steps },
    [
      ...Object.keys(files).map((file) => `wrote ${file}`),
      '',
      'The steps, as src/adapters/README.md explains them:',
      ...steps.map((step, position) => `  ${position + 1}. ${step}`),
    ].join('\n'),
  );
}

const filesOf = (names: AdapterNames): Record<string, string> => ({
  [`src/adapters/${names.name}/settings.ts`]: settings(names),
  [`src/adapters/${names.name}/inbound.ts`]: inbound(names),
  [`src/adapters/${names.name}/outbound.ts`]: outbound(names),
  [`src/adapters/${names.name}/index.ts`]: index(names),
  [`src/adapters/${names.name}/SETUP.md`]: setup(names),
  [`dictionary/systems/${names.name}.yaml`]: mapping(names),
  [`src/sandbox/${names.name}.ts`]: simulator(names),
  [`src/certify/benches/${names.name}.ts`]: bench(names),
  [`test/adapters/${names.name}.test.ts`]: contractTest(names),
  [`test/adapters/fixtures-${names.name}.test.ts`]: fixturesTest(names),
});

/** The steps of "Adding one" in src/adapters/README.md, by their numbers there. */
const nextSteps = (name: string): string[] => [
  'the vendor’s documentation: seven answers, which decide everything below',
  `src/sandbox/${name}.ts: the endpoints, the signature and the webhooks, from the vendor's own description`,
  `src/adapters/${name}/settings.ts: what of the account must be known; outbound.ts: readRequest, shown and writeRequest; inbound.ts: signatureIn and says; index.ts: the secrets`,
  `dictionary/systems/${name}.yaml: which field holds which element`,
  `src/adapters/registry.ts and src/certify/registry.ts: one line each; src/adapters/README.md: one row; CHANGELOG.md: its name; src/adapters/${name}/SETUP.md: what a person sets`,
  `npx vitest run --project core test/adapters/${name}.test.ts test/adapters/fixtures-${name}.test.ts: says what is missing until nothing is; a test for each pitfall`,
  `npx biome check --write src test; npm run check; npm run interlock -- certify ${name}`,
];
