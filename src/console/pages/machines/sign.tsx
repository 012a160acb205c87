// The parties of a version with what each decided, and the form in which somebody signs for one of them.

import type { Version } from '../../../services/versions/read-versions.ts';
import type { KeptApproval } from '../../../store/log/approvals.ts';
import { Choice, Field, PostForm } from '../../parts/form.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { releasePath } from './parts.tsx';

export interface Typed {
  party: string;
  displayName: string;
  reason: string;
}

type Members = ReadonlyMap<string, readonly string[]>;

export function Parties({ version, members, now }: { version: Version; members: Members; now: number }) {
  return (
    <ul class="signatures">
      {version.required.map((party) => (
        <li>
          <b>{party}</b>
          <PartyState
            decision={countingFor(version, party)}
            members={[...members.values()].filter((parties) => parties.includes(party)).length}
            now={now}
          />
        </li>
      ))}
    </ul>
  );
}

const countingFor = ({ decisions, standing }: Version, party: string): KeptApproval | undefined =>
  standing.approved.includes(party) || standing.rejected.includes(party)
    ? decisions.find((one) => one.party === party)
    : undefined;

function PartyState({ decision, members, now }: { decision: KeptApproval | undefined; members: number; now: number }) {
  if (!decision)
    return (
      <p class="quiet">
        {members > 0
          ? '… has not decided yet'
          : '… nobody signs for this party yet: an admin says who does, on the page Access'}
      </p>
    );
  const approved = decision.decision === 'approved';
  return (
    <div>
      <p>
        <span class={`chip ${approved ? 'good' : 'bad'}`}>{approved ? '✓ Approved' : '✕ Rejected'}</span>{' '}
        {decision.displayName}, <When at={decision.decidedAt} now={now} />
      </p>
      {decision.reason === null ? null : <p>“{decision.reason}”</p>}
    </div>
  );
}

/** Only for who signs for a party that has not decided; nobody decides twice about one content. */
export function SignForm({
  visit,
  version,
  own,
  typed,
}: {
  visit: OwnVisit;
  version: Version;
  own: readonly string[];
  typed: Typed | null;
}) {
  const { who } = visit;
  const open = version.required.filter((party) => own.includes(party) && !countingFor(version, party));
  const decided = version.decisions.some((one) => one.account === who.account);
  if (!who.roles.includes('committee') || open.length === 0 || decided || version.status === 'replaced') return null;
  return (
    <section class="narrow-left" aria-labelledby="sign">
      <h2 id="sign">Sign, or reject</h2>
      <p>
        You sign exactly the content with the hash that begins <code>{version.of.hash.slice(0, 12)}</code>. What you
        decide is kept for ever and cannot be taken back.
      </p>
      <PostForm action={releasePath(version.of)} who={who}>
        <input type="hidden" name="hash" value={version.of.hash} />
        <Choice
          name="party"
          label="You sign for"
          value={typed?.party ?? open[0] ?? ''}
          options={open.map((party) => [party, party])}
        />
        <Field
          name="name"
          label="Shown as"
          autocomplete="name"
          value={typed?.displayName ?? who.name}
          hint="With party and time, this is all that the published page and the signature file show of you."
        />
        <Choice
          name="decision"
          label="Decision"
          value="approved"
          options={[
            ['approved', 'I approve this content'],
            ['rejected', 'I reject it, for the reason below'],
          ]}
        />
        <div class="field">
          <label for="reason">Reason (only when you reject)</label>
          <textarea id="reason" name="reason" maxlength={500} aria-describedby="reason-hint">
            {typed?.reason ?? ''}
          </textarea>
          <p class="hint" id="reason-hint">
            Kept for ever: write about the version, not about people.
          </p>
        </div>
        <Field name="password" label="Your password again" type="password" autocomplete="current-password" />
        <button type="submit">Sign the decision</button>
      </PostForm>
    </section>
  );
}
