// What decisions on pages have in common: a reason to give, a box to tick, and an id in short.
import type { Child } from 'hono/jsx';
import { reasonSchema } from '../../http/documented.ts';
import type { SignedIn } from '../../services/accounts/keep-sessions.ts';

export interface DecideProps {
  action: string;
  who: SignedIn;
  /** Ties boxes outside of the form to it. */
  id?: string;
  children?: Child;
}

/** A form in one line: what it asks for, then its buttons. */
export function Decide({ action, who, id, children }: DecideProps) {
  return (
    <form method="post" action={action} class="decide no-print" id={id}>
      <input type="hidden" name="csrf" value={who.csrf} />
      {children}
    </form>
  );
}

/** `id` is unique on the page. */
export function Reason({ id, value = '', label = 'Reason' }: { id: string; value?: string; label?: string }) {
  return (
    <div class="field">
      <label for={`reason-${id}`}>{label}</label>
      <input
        id={`reason-${id}`}
        name="reason"
        type="text"
        maxlength={500}
        required
        autocomplete="off"
        value={value}
        placeholder="Kept for ever: nothing personal"
      />
    </div>
  );
}

export interface TickProps {
  name: string;
  /** The id of the form that it belongs to, where it lies outside. */
  form?: string;
  checked?: boolean;
  /** What a box beside which nothing stands is about. */
  hears?: string;
  children?: Child;
}

export function Tick({ name, form, checked = false, hears, children }: TickProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value="on" form={form} checked={checked} aria-label={hears} />
      {children}
    </label>
  );
}

/** The kind and the last letters: enough to tell one from another; the whole id is its hint. */
export function ShortId({ id }: { id: string }) {
  return <code title={id}>{`${id.slice(0, 4)}…${id.slice(-8)}`}</code>;
}

/** What was typed as a reason, or what is wrong with it. */
export function readReason(text: string | undefined): { ok: true; reason: string } | { ok: false; fault: string } {
  const reason = (text ?? '').trim();
  if (reason === '') return { ok: false, fault: 'Say why: the reason is kept with what you decided.' };
  const read = reasonSchema.safeParse(reason);
  return read.success
    ? { ok: true, reason: read.data }
    : { ok: false, fault: `The reason ${read.error.issues[0]?.message ?? 'cannot be kept'}.` };
}
