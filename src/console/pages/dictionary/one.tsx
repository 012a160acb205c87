// /dictionary/:element: everything there is to know about one element: meaning, rules, where each system has it, who gets it and what for.
import type { Dictionary } from '../../../core/dictionary/dictionary.ts';
import { type ElementPlaces, placesOfElement } from '../../../core/dictionary/element-places.ts';
import { typeInWords } from '../../../core/dictionary/element-words.ts';
import { systemWords } from '../../diagram/words.ts';
import { classWords, conflictWords, groundWords } from '../../dictionary-words.ts';
import { page } from '../../frame.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { WithCode } from '../../parts/with-code.tsx';
import type { OwnVisit } from '../../route.ts';
import { none } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { keptWords } from './dictionary.tsx';

export async function elementPage(visit: OwnVisit): Promise<Response> {
  const { dictionary } = visit.desk.context;
  const element = dictionary.element(visit.request.req.param('element') ?? '');
  if (!element) return notFoundPage(visit);
  const places = placesOfElement(dictionary, element.name);
  const [word, tone] = classWords[element.classification];
  return page(
    visit,
    { title: element.name },
    <p>
      <a href="/dictionary">‹ Dictionary</a>
    </p>,
    <h1>
      <code>{element.name}</code>
    </h1>,
    <p class="lead">{element.description}</p>,
    <dl class="facts">
      <dt>Classification</dt>
      <dd>
        <Chip tone={tone}>{word}</Chip>
      </dd>
      <dt>Values</dt>
      <dd>{typeInWords(element)}</dd>
      <dt>Golden source</dt>
      <dd>{systemWords[element.goldenSource]}</dd>
      <dt>When two systems differ</dt>
      <dd>{conflictWords[element.conflict]}</dd>
      <dt>Legal basis</dt>
      <dd>{groundWords[element.legalBasis]}</dd>
      <dt>Kept</dt>
      <dd>
        {keptWords(dictionary, element)}{' '}
        <span class="quiet">{dictionary.retention.get(element.retention)?.description ?? ''}</span>
      </dd>
      <dt>Owner</dt>
      <dd>{element.owner}</dd>
      <dt>Withheld in</dt>
      <dd>{places.withheldIn.length === 0 ? 'no region' : places.withheldIn.join(', ')}</dd>
      <Events dictionary={dictionary} name={element.name} />
    </dl>,
    <h2>Where each system has it</h2>,
    <Mapping places={places} />,
    <h2>Who may be sent it, and what for</h2>,
    <DataTable
      caption="Systems that may be sent it"
      hideCaption
      columns={[{ head: 'System' }, { head: 'What for' }]}
      rows={places.sentTo.map(({ system, purpose }) => [
        <a href={`/dictionary?system=${system}`}>{system}</a>,
        <WithCode>{purpose}</WithCode>,
      ])}
      empty="No system is sent it."
    />,
  );
}

function Events({ dictionary, name }: { dictionary: Dictionary; name: string }) {
  const carrying = [...dictionary.events].filter(([, carries]) => carries.has(name)).map(([type]) => type);
  const required = Object.entries(dictionary.document.events.events).flatMap(([type, one]) =>
    one.required.includes(name) ? [type] : [],
  );
  return (
    <>
      <dt>Comes with</dt>
      <dd>{carrying.length === dictionary.events.size ? 'every event' : carrying.join(', ') || 'no event'}</dd>
      <dt>Needed by</dt>
      <dd>{required.join(', ') || 'no event'}</dd>
    </>
  );
}

/** One line per system: "greenhouse: /application/… (text)" is said apart. */
function Mapping({ places }: { places: ElementPlaces }) {
  const bySystem = new Map<string, { read: string[]; written: string[] }>();
  const note = (said: string, kind: 'read' | 'written'): void => {
    const at = said.indexOf(': ');
    const system = said.slice(0, at);
    const known = bySystem.get(system) ?? { read: [], written: [] };
    known[kind].push(said.slice(at + 2));
    bySystem.set(system, known);
  };
  for (const one of places.readFrom) note(one, 'read');
  for (const one of places.writtenTo) note(one, 'written');
  return (
    <DataTable
      caption="Where each system has it"
      hideCaption
      columns={[{ head: 'System' }, { head: 'Read from' }, { head: 'Written to' }]}
      rows={[...bySystem]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([system, { read, written }]) => [system, <Fields all={read} />, <Fields all={written} />])}
      empty="No system has a field of its own for it."
    />
  );
}

function Fields({ all }: { all: readonly string[] }) {
  if (all.length === 0) return <span class="quiet">{none}</span>;
  return (
    <div class="cell">
      {[...new Set(all)].map((one) => (
        <div>
          <code>{one}</code>
        </div>
      ))}
    </div>
  );
}
