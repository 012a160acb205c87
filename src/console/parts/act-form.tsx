// One thing that somebody may do, behind its own name: opened, it asks why, and is sent.
import type { Child } from 'hono/jsx';
import type { SignedIn } from '../../services/accounts/keep-sessions.ts';
import { PostForm } from './form.tsx';

export interface ActFormProps {
  /** Unique on the page. */
  id: string;
  /** The act, as the button says it: "Redrive". */
  label: string;
  action: string;
  who: SignedIn;
  /** Sent as they are. */
  fields: Readonly<Record<string, string>>;
  /** What it does, in one sentence. */
  meaning: string;
  /** How the reason is asked for, or null where none is. */
  reason?: string | null;
  /** For what matters most on the page. */
  first?: boolean;
  /** Opened at once, with the reason as it was typed: it was refused. */
  refused?: { reason: string } | null;
  children?: Child;
}

export function ActForm(props: ActFormProps) {
  const { id, label, action, who, fields, meaning, refused = null } = props;
  const { reason = 'Why (kept in the audit log; nothing personal)' } = props;
  return (
    <details class={props.first ? 'act first' : 'act'} open={refused !== null}>
      <summary>{label}</summary>
      <div class="act-body">
        <p>{meaning}</p>
        <PostForm action={action} who={who}>
          {Object.entries(fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          {props.children}
          {reason === null ? null : <ReasonField id={id} label={reason} value={refused?.reason ?? ''} />}
          <button type="submit">{label}</button>
        </PostForm>
      </div>
    </details>
  );
}

interface ReasonFieldProps {
  id: string;
  label: string;
  name?: string;
  value?: string;
}

export function ReasonField({ id, label, name = 'reason', value }: ReasonFieldProps) {
  return (
    <div class="field">
      <label for={`why-${id}`}>{label}</label>
      <input id={`why-${id}`} name={name} type="text" maxlength={500} required autocomplete="off" value={value} />
    </div>
  );
}
