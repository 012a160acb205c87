// `dictionary explain`: everything there is to know about one element.
import type { Command } from 'commander';
import { placesOfElement } from '../../core/dictionary/element-places.ts';
import { typeInWords } from '../../core/dictionary/element-words.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { fields } from '../layout.ts';
import type { Cli } from '../terminal.ts';

export function explainCommand(dictionary: Command, cli: Cli): void {
  verb(
    dictionary,
    'explain <element>',
    'Say what an element means, who is right about it and which events carry it',
    'dictionary explain screening.score',
  ).action(answering(cli, explain));
}

async function explain(name: string): Promise<Answer> {
  const { loadDictionary } = await import('../../load-definitions.ts');
  const dictionary = loadDictionary();
  const element = dictionary.element(name);
  if (!element)
    return failed(
      'unknown_element',
      `The dictionary has no element "${name}".${alike(name, [...dictionary.elements.keys()])}`,
    );
  const retention = dictionary.retention.get(element.retention);
  const events = [...dictionary.events].filter(([, carries]) => carries.has(name)).map(([type]) => type);
  const required = Object.entries(dictionary.document.events.events).flatMap(([type, one]) =>
    one.required.includes(name) ? [type] : [],
  );
  const places = placesOfElement(dictionary, name);
  const text = fields([
    ['element', name],
    ['meaning', element.description],
    ['type', typeInWords(element)],
    ['classification', element.classification],
    ['golden source', element.goldenSource],
    ['on conflict', element.conflict],
    ['kept', `${retention?.keep ?? 'not said'} (${element.retention}: ${retention?.description ?? ''})`],
    ['owner', element.owner],
    ['legal basis', element.legalBasis],
    ['read from', places.readFrom.join('; ') || 'no system'],
    ['written to', places.writtenTo.join('; ') || 'no field of its own'],
    ['may be sent to', places.sentTo.map(({ system }) => system).join(', ') || 'no system'],
    ['withheld in', places.withheldIn.join(', ') || 'no region'],
    ['carried by', events.length === dictionary.events.size ? 'every event' : events.join(', ') || 'no event'],
    ['required by', required.join(', ') || 'no event'],
  ]);
  return done({ ...element, retention: { name: element.retention, ...retention }, events, required, places }, text);
}

/** Names of the same group, or with the same last word. */
function alike(name: string, all: readonly string[]): string {
  const [group] = name.split('.');
  const last = name.split('.').at(-1)?.toLowerCase() ?? '';
  const near = all.filter((one) => one.startsWith(`${group}.`) || one.toLowerCase().includes(last));
  return near.length === 0 ? '' : ` There is: ${near.slice(0, 12).join(', ')}.`;
}
