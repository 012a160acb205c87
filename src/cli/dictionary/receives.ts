// `dictionary receives`: what a system may be sent at all, or what one connection really is sent, and what for.
import type { Command } from 'commander';
import type { Dictionary } from '../../core/dictionary/dictionary.ts';
import { receivedAs } from '../../core/dictionary/element-places.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface ReceivesOptions {
  connection?: boolean;
}

export function receivesCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'receives <system>',
    'Say which elements an adapter’s systems may be sent, or with --connection which ones a connection is sent with its settings',
    'dictionary receives greenhouse',
  )
    .option('--connection', 'the name is one of a connection')
    .action(answering(cli, (name: string, options: ReceivesOptions) => receives(cli, name, options)));
}

async function receives(cli: Cli, name: string, options: ReceivesOptions): Promise<Answer> {
  const { loadDictionary } = await import('../../load-definitions.ts');
  const dictionary = loadDictionary();
  const mapping = options.connection ? undefined : dictionary.systems.get(name);
  if (mapping) return told(dictionary, name, name, [...mapping.receives]);
  return ofConnection(cli, dictionary, name);
}

async function ofConnection(cli: Cli, dictionary: Dictionary, name: string): Promise<Answer> {
  const [{ findConnection }, { adapters }, { mappingFor, settingsIn }] = await Promise.all([
    import('../../store/connections/connections.ts'),
    import('../../adapters/registry.ts'),
    import('../../services/connections/system-settings.ts'),
  ]);
  return inSession(cli, async ({ context }) => {
    const row = await findConnection(context.database.reports, name);
    const adapter = row && row.status !== 'removed' ? adapters.get(row.adapter) : undefined;
    if (!row || !adapter)
      return failed(
        'unknown_system',
        `"${name}" is neither an adapter of dictionary/systems (${[...dictionary.systems.keys()].join(', ')}) nor a connection.`,
      );
    const settings = settingsIn(dictionary, adapter, row.settings, null);
    const mapping = mappingFor(dictionary, adapter);
    const states = context.machines.all().flatMap(({ leaves }) => [...leaves.keys()]);
    const asked = new Set(states.flatMap((state) => adapter.elementsFor(settings, state, mapping)));
    const sent = [...asked].filter((element) => mapping.receives.has(element));
    return told(dictionary, name, adapter.name, sent);
  });
}

function told(dictionary: Dictionary, name: string, adapter: string, elements: readonly string[]): Answer {
  const rows = [...elements].sort().map((element) => {
    const meaning = dictionary.element(element);
    const withheld = [...dictionary.regions.values()].filter((region) => region.withholds(element, adapter));
    return {
      element,
      classification: meaning?.classification ?? '',
      legalBasis: meaning?.legalBasis ?? '',
      purpose: receivedAs(dictionary.document.systems[adapter]?.receives ?? [], element)?.purpose ?? '',
      withheldIn: withheld.map(({ region }) => region),
    };
  });
  const text = table(
    ['element', 'classification', 'legal basis', 'not in', 'what for'],
    rows.map((row) => [row.element, row.classification, row.legalBasis, row.withheldIn.join(', '), row.purpose]),
    `${name} is sent nothing.`,
  );
  return done({ name, adapter, receives: rows }, text);
}
