// Whom a pilot is about: what there is to tick, and a line for what no candidate has yet.
import type { PilotScope } from '../../../store/schema/waves.ts';
import type { WaveActsProps } from './forms.tsx';
import { type ScopeList, scopeLists } from './words.tsx';

const known = { requisitionTypes: 'types', businessUnits: 'units', regions: 'regions' } as const;

/** `form`: each stands on the page with fields of its own. */
export function ScopeFields({ wave, choices, refused, form }: WaveActsProps & { form: string }) {
  const sent = refused?.form === form ? readScope(refused.fields) : null;
  const chosen: PilotScope = sent?.ok ? sent.scope : wave.pilot;
  return (
    <div class="scope">
      {scopeLists.map(([list, title]) => {
        const offered = choices[known[list]];
        const others = (chosen[list] ?? []).filter((one) => !offered.includes(one));
        return (
          <fieldset class="checks">
            <legend>{title}</legend>
            {offered.map((one) => (
              <label>
                <input
                  type="checkbox"
                  name={`${list}=${one}`}
                  value="on"
                  checked={chosen[list]?.includes(one) ?? false}
                />
                {one}
              </label>
            ))}
            <div class="field">
              <label for={`${form}-${list}`}>{offered.length === 0 ? 'Which' : 'Others'}</label>
              <input
                id={`${form}-${list}`}
                name={list}
                type="text"
                autocomplete="off"
                maxlength={1_000}
                placeholder="separated by commas"
                value={sent && !sent.ok ? (refused?.fields[list] ?? '') : others.join(', ')}
              />
            </div>
          </fieldset>
        );
      })}
      <p class="hint">Nothing chosen in a list means all of it. Somebody must fit every list to be in the pilot.</p>
    </div>
  );
}

export type ReadScope = { ok: true; scope: PilotScope } | { ok: false; fault: string };

/** Names in one list at most, and letters in one, as the API takes them. */
const namesMax = 200;

/** What a form chose; an empty scope where it chose nothing. */
export function readScope(fields: Readonly<Record<string, string>>): ReadScope {
  const scope: PilotScope = {};
  for (const [list, title] of scopeLists) {
    const names = namesOf(fields, list);
    if (names.length > namesMax || names.some((one) => one.length > namesMax || /[\p{Cc}\p{Cs}]/u.test(one)))
      return { ok: false, fault: `${title}: at most ${namesMax} names of at most ${namesMax} letters each.` };
    if (names.length > 0) scope[list] = names;
  }
  return { ok: true, scope };
}

function namesOf(fields: Readonly<Record<string, string>>, list: ScopeList): string[] {
  const ticked = Object.keys(fields).flatMap((name) =>
    name.startsWith(`${list}=`) ? [name.slice(list.length + 1)] : [],
  );
  const typed = (fields[list] ?? '').split(',').map((one) => one.trim());
  return [...new Set([...ticked, ...typed])].filter((one) => one !== '');
}
