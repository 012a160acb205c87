// /help: the keys, and what every figure and word on the pages means.

import { roles } from '../../core/access/roles.ts';
import { watchedMeanings, watchedNames } from '../../core/alerts/words.ts';
import { measures } from '../../core/figures/kpi.ts';
import { definitions } from '../../services/reports/read-kpis.ts';
import { page } from '../frame.tsx';
import { KeysTable } from '../keys.tsx';
import { navigation } from '../navigation.tsx';
import type { OwnVisit } from '../route.ts';

export async function helpPage(visit: OwnVisit): Promise<Response> {
  const { desk, who } = visit;
  return page(
    visit,
    { title: 'Help' },
    <h1>Help</h1>,
    <p class="lead">
      Every figure is explained where it stands, too: press the question mark beside it. If a page fails, quote the id
      that it shows.
    </p>,
    <ul class="tabs">
      {sections.map(([id, title]) => (
        <li>
          <a href={`#${id}`}>{title}</a>
        </li>
      ))}
    </ul>,
    <h2 id="keys-there-are">Keys</h2>,
    <p>They do nothing while you type.</p>,
    <p>
      <button type="button" class="second button" data-keys hidden>
        Turn the keys off
      </button>
    </p>,
    <KeysTable groups={navigation(desk.routes, who.roles)} />,
    <h2 id="words">Words</h2>,
    <Terms entries={words} />,
    <h2 id="figures">Figures</h2>,
    <Terms entries={figures} />,
    <h2 id="alerts">What alerts watch</h2>,
    <Terms
      entries={Object.entries(watchedMeanings).map(([name, text]) => [
        watchedNames[name as keyof typeof watchedNames],
        text,
      ])}
    />,
    <h2 id="counts">What is counted</h2>,
    <Terms entries={Object.entries(measures)} />,
    <h2 id="roles">Roles</h2>,
    <Terms entries={Object.entries(roles)} />,
  );
}

const sections = [
  ['keys-there-are', 'Keys'],
  ['words', 'Words'],
  ['figures', 'Figures'],
  ['alerts', 'Alerts'],
  ['counts', 'Counts'],
  ['roles', 'Roles'],
] as const;

type Entry = readonly [word: string, meaning: string];

function Terms({ entries }: { entries: readonly Entry[] }) {
  return (
    <dl class="terms">
      {entries.map(([word, meaning]) => (
        <div>
          <dt>{word}</dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}

const words: readonly Entry[] = [
  [
    'Machine',
    'A lifecycle: of an application, a requisition, an onboarding. It has numbered versions that never change',
  ],
  ['State', 'Where a subject stands. Each has an owner, and may have a time within which it should be left'],
  ['Subject', 'One thing that moves through a machine: one application, one requisition, one new hire'],
  ['Connection', 'One configured account of an outside system'],
  ['Event', 'Something that a connection or an API client says happened. It ends in exactly one disposition'],
  [
    'Disposition',
    'What became of an event: applied, duplicate, echo, stale, refused or quarantined; until then it is parked',
  ],
  ['Writeback', 'One change that one connection must show because of one transition'],
  ['Lane', 'The writebacks of one subject and one connection, in their order. Only the first one travels'],
  ['Attempt', 'One try at a writeback, with its outcome'],
  ['Confirmed', 'The target was seen to show the change. That it said yes is not enough'],
  ['Echo', 'An event of a system that our own write caused'],
  ['Divergence', 'A system shows something else than the canonical state'],
  ['Incident', 'Something that a person must settle: a conflict, a divergence, a dead writeback, a duplicate profile'],
  ['Stuck', 'Waits for a person or a system longer than it should'],
  ['Checkpoint', 'A signed seal over the log of transitions. What comes after it can be proven to be what came before'],
];

const names: Readonly<Record<string, string>> = {
  firstTryRate: 'At the first try',
  latencyFromAcceptedMs: 'Shown after, from acceptance',
  latencyFromOccurredMs: 'Shown after, from when it happened',
  fieldConflictsPerHire: 'Field conflicts per hire',
  contradicted: 'Said yes, showed no',
};

/** `missingElements` as "Missing elements". */
const nameOf = (key: string): string => {
  const spaced = key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return names[key] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

const figures: readonly Entry[] = Object.entries(definitions).map(([key, meaning]) => [nameOf(key), meaning]);
