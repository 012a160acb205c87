// The forms that add a channel of alerts: a signed webhook, or mail.
import type { SignedIn } from '../../../services/accounts/keep-sessions.ts';
import { Field, PostForm } from '../../parts/form.tsx';

export function AddChannel({ who, mail }: { who: SignedIn; mail: boolean }) {
  return (
    <>
      <h2 id="add-channel">Add a channel</h2>
      <div class="side-by-side">
        <section aria-labelledby="add-webhook">
          <h3 id="add-webhook">A signed webhook</h3>
          <PostForm action="/alerts/channels" who={who}>
            <input type="hidden" name="kind" value="webhook" />
            <Field
              name="id"
              label="Name"
              autocomplete="off"
              hint="Lower-case letters, digits and hyphens, such as ops"
            />
            <Field
              name="url"
              label="Address"
              autocomplete="off"
              hint="https. Alerts are posted there as Standard Webhooks; the signing secret is made here and shown once"
            />
            <div class="field tick">
              <input id="allowPrivate" name="allowPrivate" type="checkbox" value="on" />
              <label for="allowPrivate">It is in our own network (plain http and private addresses are fine)</label>
            </div>
            <button type="submit">Add the webhook</button>
          </PostForm>
        </section>
        <section aria-labelledby="add-mail">
          <h3 id="add-mail">Mail</h3>
          {mail ? (
            <PostForm action="/alerts/channels" who={who}>
              <input type="hidden" name="kind" value="mail" />
              <div class="field">
                <label for="mail-id">Name</label>
                <input id="mail-id" name="id" type="text" autocomplete="off" required />
              </div>
              <div class="field">
                <label for="mail-to">Addresses</label>
                <input id="mail-to" name="to" type="text" autocomplete="off" required aria-describedby="mail-to-hint" />
                <p class="hint" id="mail-to-hint">
                  With commas between them, at most ten; kept encrypted
                </p>
              </div>
              <button type="submit">Add the mail channel</button>
            </PostForm>
          ) : (
            <p class="quiet">
              No mail server is named: set <code>INTERLOCK_SMTP_URL</code> and <code>INTERLOCK_MAIL_FROM</code>, and
              start again.
            </p>
          )}
        </section>
      </div>
    </>
  );
}
