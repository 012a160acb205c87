// The contract about SETUP.md: it is written, and names every secret.
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
];
