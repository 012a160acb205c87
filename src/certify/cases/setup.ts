// The contract about what is no code: SETUP.md names every secret, and the dictionary maps the system.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../project-folder.ts';
import type { ContractCase } from '../contract-case.ts';
import { must, mustEqual } from '../must.ts';

export const setup: readonly ContractCase[] = [
  {
    group: 'setup',
    name: 'SETUP.md says what a person sets',
    run({ adapter: { name, secrets } }) {
      const file = join('src', 'adapters', name, 'SETUP.md');
      const text = readFileSync(join(projectFolder, file), 'utf8');
      must(!text.includes('not_written_yet'), `not_written_yet: ${file}`);
      mustEqual(
        Object.keys(secrets).filter((secret) => !text.includes(`\`${secret}\``)),
        [],
        'secrets that SETUP.md does not name',
      );
      return undefined;
    },
  },
  {
    group: 'setup',
    name: 'the dictionary maps its fields',
    run(bench) {
      const { name } = bench.adapter;
      const file = join('dictionary', 'systems', `${name}.yaml`);
      mustEqual(bench.context().mapping?.system, name, `not_written_yet: ${file}; the system that is mapped`);
      const text = readFileSync(join(projectFolder, file), 'utf8');
      must(!text.includes('not_written_yet'), `not_written_yet: ${file}`);
      return undefined;
    },
  },
];
