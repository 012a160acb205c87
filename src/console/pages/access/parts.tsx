// What the pages about access share: boxes to tick, and what is shown once.
import { Notice } from '../../parts/notice.tsx';

export interface BoxesProps {
  /** Each box is `name:value` in the form, since a form of ours has each field once. */
  name: string;
  legend: string;
  /** Value and what it means. */
  options: readonly (readonly [value: string, meaning: string])[];
  checked: readonly string[];
}

export function Boxes({ name, legend, options, checked }: BoxesProps) {
  return (
    <fieldset class="checks">
      <legend>{legend}</legend>
      {options.map(([value, meaning]) => (
        <label>
          <input type="checkbox" name={`${name}:${value}`} value="on" checked={checked.includes(value)} />
          <span>
            <b>{value}</b> {meaning === '' ? '' : <span class="quiet">{meaning}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The values of the boxes that were ticked. */
export const chosen = (form: Readonly<Record<string, string>>, name: string): string[] =>
  Object.entries(form)
    .filter(([key, value]) => key.startsWith(`${name}:`) && value === 'on')
    .map(([key]) => key.slice(name.length + 1));

export function OnceShown({ text, says }: { text: string; says: string }) {
  return (
    <div>
      <Notice tone="good">{says}</Notice>
      <p class="secret">
        <code>{text}</code>
      </p>
    </div>
  );
}

/** The way from one who may act here to what is on record of it. */
export function AuditLinks({ kind, id }: { kind: 'account' | 'client'; id: string }) {
  return (
    <p class="actions">
      <a class="button second" href={`/audit?kind=${kind}&object=${id}`}>
        What was done to it
      </a>
      <a class="button second" href={`/audit?actor=${id}`}>
        What it did
      </a>
      <a class="button second" href="/access">
        All access
      </a>
    </p>
  );
}
