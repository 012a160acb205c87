// Forms that post: the token of the session is in each, and every field has its label.
import type { Child } from 'hono/jsx';
import type { SignedIn } from '../../services/accounts/keep-sessions.ts';

/** `who` is null on pages for anybody: there is no session yet that could be abused. */
export function PostForm({ action, who, children }: { action: string; who: SignedIn | null; children?: Child }) {
  return (
    <form method="post" action={action} class="fields">
      {who ? <input type="hidden" name="csrf" value={who.csrf} /> : null}
      {children}
    </form>
  );
}

export interface FieldProps {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  /** For browsers and password managers. */
  autocomplete: string;
  value?: string;
  hint?: string;
  autofocus?: boolean;
}

export function Field({ name, label, type = 'text', autocomplete, value, hint, autofocus = false }: FieldProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        autocomplete={autocomplete}
        value={value}
        required
        autofocus={autofocus}
        aria-describedby={hint === undefined ? undefined : `${name}-hint`}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export interface ChoiceProps {
  name: string;
  label: string;
  value: string;
  /** Value and text; the first is what holds when nothing was chosen. */
  options: readonly (readonly [value: string, text: string])[];
}

export function Choice({ name, label, value, options }: ChoiceProps) {
  return (
    <div class="field">
      <label for={`choose-${name}`}>{label}</label>
      <select id={`choose-${name}`} name={name}>
        {options.map(([one, text]) => (
          <option value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
