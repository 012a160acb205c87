// `dictionary check`: do the files of dictionary/ fit together?
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Dictionary } from '../../core/dictionary/dictionary.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';

export function checkCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'check [folder]',
    'Check the files of dictionary/, or of a folder laid out like it; the exit status is 1 when they cannot be used',
    'dictionary check',
  ).action(answering(cli, check));
}

async function check(folder: string | undefined): Promise<Answer> {
  const [{ loadDictionary }, { adapters }] = await Promise.all([
    import('../../load-definitions.ts'),
    import('../../adapters/registry.ts'),
  ]);
  let dictionary: Dictionary;
  try {
    dictionary = loadDictionary(folder === undefined ? undefined : resolve(folder));
  } catch (error) {
    return failed('dictionary_faulty', (error as Error).message);
  }
  const counts = {
    elements: dictionary.elements.size,
    events: dictionary.events.size,
    retentionClasses: dictionary.retention.size,
    systems: dictionary.systems.size,
    regions: dictionary.regions.size,
  };
  // Such an adapter reads nothing and is sent nothing.
  const unmapped = [...adapters.keys()].filter((name) => !dictionary.systems.has(name));
  if (unmapped.length > 0)
    return failed('adapter_unmapped', `There is no dictionary/systems file for: ${unmapped.join(', ')}.`);
  return done(
    { ...counts, hash: dictionary.hash },
    `The dictionary is fine: ${counts.elements} elements, ${counts.events} events, ${counts.retentionClasses} retention classes, ${counts.systems} systems, ${counts.regions} regions; hash ${dictionary.hash.slice(0, 12)}.`,
  );
}
