// /dictionary: what every element means, who is right about it, how long it is kept and which systems get it.

import type { Dictionary } from '../../../core/dictionary/dictionary.ts';
import { classifications, type ElementDefinition } from '../../../core/dictionary/document.ts';
import { receivedAs } from '../../../core/dictionary/element-places.ts';
import { readConnections } from '../../../services/connections/read-connections.ts';
import { readUnknownFields } from '../../../services/intake/unknown-fields.ts';
import { systemWords } from '../../diagram/words.ts';
import { classWords, conflictWords, groundWords, lasting } from '../../dictionary-words.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Choice } from '../../parts/form.tsx';
import { WithCode } from '../../parts/with-code.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none, plural } from '../../words.ts';
import { Regions } from './regions.tsx';

interface View {
  find: string;
  classification: string;
  /** An adapter that the element may be sent to. */
  system: string;
}

export async function dictionaryPage(visit: OwnVisit): Promise<Response> {
  const { context, remembered } = visit.desk;
  const { dictionary, dictionaryVersion } = context;
  const query = (name: string): string => (visit.request.req.query(name) ?? '').trim().slice(0, 100);
  const view: View = {
    find: query('find'),
    classification: classifications.find((one) => one === query('classification')) ?? '',
    system: [...dictionary.systems.keys()].find((one) => one === query('system')) ?? '',
  };
  const shown = [...dictionary.elements.values()].filter((one) => matches(dictionary, one, view));
  const unmapped = await remembered('unknown fields', () => unknownFieldsOf(visit));
  return page(
    visit,
    { title: 'Dictionary', wide: true },
    <h1>Dictionary</h1>,
    <p class="lead">
      Version {count(dictionaryVersion)}: <Size of="element" value={dictionary.elements.size} />,{' '}
      <Size of="event" value={dictionary.events.size} />, <Size of="system" value={dictionary.systems.size} />. What is
      not in here is neither taken nor sent.
    </p>,
    <p class="quiet">
      Its fingerprint, which signatures are bound to: <code class="fingerprint">{dictionary.hash}</code>
    </p>,
    <Filters view={view} systems={[...dictionary.systems.keys()]} />,
    <Elements dictionary={dictionary} shown={shown} view={view} />,
    <h2 id="regions">What is different in a region</h2>,
    <Regions dictionary={dictionary} />,
    <h2 id="unknown">What systems send and nobody has mapped</h2>,
    <DataTable
      caption="Fields that are kept out, by connection"
      hideCaption
      columns={[{ head: 'Connection' }, { head: 'Fields', numeric: true }, { head: 'The most frequent' }]}
      rows={unmapped.map((one) => [
        <a href={`/connections/${one.connection}`}>{one.connection}</a>,
        <Figure of={`dictionary.unmapped.${one.connection}`} value={one.fields}>
          {count(one.fields)}
        </Figure>,
        <div class="cell">
          <code>{one.first}</code>
        </div>,
      ])}
      empty="Every field that came is mapped."
    />,
  );
}

function Size({ of, value }: { of: 'element' | 'event' | 'system'; value: number }) {
  return (
    <Figure of={`dictionary.${of}s`} value={value}>
      {plural(value, of)}
    </Figure>
  );
}

function Receivers({ dictionary, name }: { dictionary: Dictionary; name: string }) {
  const receivers = [...dictionary.systems.values()].filter(({ receives }) => receives.has(name)).length;
  return (
    <Figure of={`dictionary.sent.${name}`} value={receivers}>
      {count(receivers)}
    </Figure>
  );
}

async function unknownFieldsOf({ desk }: OwnVisit): Promise<{ connection: string; fields: number; first: string }[]> {
  const found = [];
  for (const { id } of await readConnections(desk.context)) {
    const fields = (await readUnknownFields(desk.context, id)) ?? [];
    const [first] = fields;
    if (first)
      found.push({ connection: id, fields: fields.length, first: first.pointer === '' ? 'all others' : first.pointer });
  }
  return found;
}

function matches(dictionary: Dictionary, element: ElementDefinition, { find, classification, system }: View): boolean {
  const words = `${element.name} ${element.description} ${element.owner}`.toLowerCase();
  return (
    (find === '' || words.includes(find.toLowerCase())) &&
    (classification === '' || element.classification === classification) &&
    (system === '' || (dictionary.systems.get(system)?.receives.has(element.name) ?? false))
  );
}

function Filters({ view, systems }: { view: View; systems: readonly string[] }) {
  return (
    <form method="get" action="/dictionary" class="bar" data-at-once>
      <div class="field">
        <label for="find">Find</label>
        <input
          id="find"
          name="find"
          type="text"
          maxlength={100}
          value={view.find}
          placeholder="score, phone, offer …"
        />
      </div>
      <Choice
        name="classification"
        label="Classification"
        value={view.classification}
        options={[['', 'all'], ...classifications.map((one) => [one, classWords[one][0]] as const)]}
      />
      <Choice
        name="system"
        label="May be sent to"
        value={view.system}
        options={[['', 'any system'], ...systems.map((one) => [one, one] as const)]}
      />
      <button type="submit" class="second">
        Show
      </button>
    </form>
  );
}

interface ElementsProps {
  dictionary: Dictionary;
  shown: readonly ElementDefinition[];
  view: View;
}

function Elements({ dictionary, shown, view }: ElementsProps) {
  const purpose = view.system !== '';
  return (
    <DataTable
      caption={purpose ? `What ${view.system} may be sent` : 'Elements'}
      hideCaption
      columns={[
        { head: 'Element' },
        { head: 'Meaning' },
        { head: 'Classification' },
        ...(purpose ? [{ head: 'Sent for' }] : []),
        { head: 'Golden source', meaning: 'The kind of system whose word counts' },
        { head: 'When two differ' },
        { head: 'Legal basis', meaning: 'On what ground it is processed, GDPR Art. 6(1)' },
        { head: 'Kept' },
        { head: 'Sent to', numeric: true, meaning: 'Kinds of systems that may be sent it' },
        { head: 'Withheld in' },
      ]}
      rows={shown.map((one) => [
        <a href={`/dictionary/${one.name}`}>
          <code>{one.name}</code>
        </a>,
        <div class="cell">
          <WithCode>{one.description}</WithCode>
        </div>,
        <Chip tone={classWords[one.classification][1]}>{classWords[one.classification][0]}</Chip>,
        ...(purpose
          ? [
              <div class="cell">
                <WithCode>
                  {receivedAs(dictionary.document.systems[view.system]?.receives ?? [], one.name)?.purpose ?? none}
                </WithCode>
              </div>,
            ]
          : []),
        systemWords[one.goldenSource],
        conflictWords[one.conflict],
        groundWords[one.legalBasis],
        keptWords(dictionary, one),
        <Receivers dictionary={dictionary} name={one.name} />,
        [...dictionary.regions]
          .filter(([, region]) => region.withholds(one.name, view.system))
          .map(([name]) => name)
          .join(', ') || none,
      ])}
      empty="No element is like that. Take a filter away to see more."
    />
  );
}

export const keptWords = (dictionary: Dictionary, { retention }: ElementDefinition): string =>
  lasting(dictionary.retention.get(retention)?.keep ?? null);
