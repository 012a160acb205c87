// /access/accounts/:account: what one person may do, when it was last used, and everything that changes it.
import { isRight, isRole, rights, roles } from '../../../core/access/roles.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { type Managed, manageAccounts } from '../../../services/accounts/manage-accounts.ts';
import { type AccountAccess, readAccess } from '../../../services/accounts/read-access.ts';
import { manageParties } from '../../../services/versions/manage-parties.ts';
import { readRoleGrants } from '../../../store/reports/access.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { PostForm } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { none, plural } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { AuditLinks, Boxes, chosen, OnceShown } from './parts.tsx';

export async function accountAccessPage(visit: OwnVisit): Promise<Response> {
  const account = await meant(visit);
  return account ? show(visit, account, null) : notFoundPage(visit);
}

/** POST /access/accounts/:account/:act */
export async function changeAccount(visit: OwnVisit): Promise<Response> {
  const account = await meant(visit);
  if (!account) return notFoundPage(visit);
  const { desk, request, who } = visit;
  const form = await readForm(request);
  const by = { actor: actorOf(who), requestId: request.get('requestId') };
  const accounts = manageAccounts(desk.context);
  const act = (request.req.param() as { act?: string }).act ?? '';
  switch (act) {
    case 'roles': {
      const given = chosen(form, 'role').filter(isRole);
      if (given.length === 0) return show(visit, account, 'Leave at least one role, or deactivate the account.');
      return answer(visit, account, await accounts.setRoles(account.id, given, by), act);
    }
    case 'rights':
      return answer(
        visit,
        account,
        await accounts.setRights(account.id, chosen(form, 'right').filter(isRight), by),
        act,
      );
    case 'parties': {
      const set = await manageParties(desk.context).set(account.id, chosen(form, 'party'), by);
      return set.kind === 'changed' ? done(visit, account, act) : show(visit, account, 'Nothing was changed.');
    }
    case 'deactivate':
      return answer(visit, account, await accounts.deactivate(account.id, by), act);
    case 'reset':
      return newLink(visit, account, await accounts.reset(account.id, by));
    default:
      return notFoundPage(visit);
  }
}

async function meant(visit: OwnVisit): Promise<AccountAccess | undefined> {
  const { account } = visit.request.req.param() as { account?: string };
  return (await readAccess(visit.desk.context)).accounts.find((one) => one.id === account);
}

const done = ({ request }: OwnVisit, { id }: AccountAccess, act: string): Response =>
  request.redirect(`/access/accounts/${id}?said=${act}`, 303);

function answer(visit: OwnVisit, account: AccountAccess, changed: Managed, act: string): Response | Promise<Response> {
  return changed.kind === 'changed' ? done(visit, account, act) : show(visit, account, faults[changed.kind]);
}

const faults: Readonly<Record<Exclude<Managed['kind'], 'changed'>, string>> = {
  unknown_account: 'There is no such account any more.',
  deactivated: 'The account is deactivated, for good. Nothing was changed.',
  last_admin: 'This is the last admin: make somebody else one first. Nothing was changed.',
};

/** In the answer itself, since no address may hold it. */
function newLink(
  visit: OwnVisit,
  account: AccountAccess,
  reset: Awaited<ReturnType<ReturnType<typeof manageAccounts>['reset']>>,
): Response | Promise<Response> {
  if (reset.kind !== 'made') return show(visit, account, faults[reset.kind]);
  return page(
    visit,
    { title: `A link for ${account.name}` },
    <h1>{`A link for ${account.name}`}</h1>,
    <OnceShown
      text={`${visit.desk.publicUrl}/password/${reset.link}`}
      says="Whoever opens it chooses the password. It is good once, for a day, and is not shown again; all sessions of the account have ended."
    />,
    <p class="actions">
      <a class="button second" href={`/access/accounts/${account.id}`}>
        To the account
      </a>
    </p>,
  );
}

const sayings: Readonly<Record<string, string>> = {
  roles: 'The roles are changed, and the sessions of the account have ended.',
  rights: 'The rights are changed, and the sessions of the account have ended.',
  parties: 'It is changed for whom the account signs.',
  deactivate: 'The account is deactivated. Its sessions and links ended at once.',
};

async function show(visit: OwnVisit, account: AccountAccess, fault: string | null): Promise<Response> {
  const { desk, request } = visit;
  const grants = await readRoleGrants(desk.context.database.reports, account.id);
  const said = sayings[request.req.query('said') ?? ''];
  const now = desk.context.now();
  return page(
    visit,
    { title: account.name, status: fault === null ? 200 : 422 },
    <h1>{account.name}</h1>,
    fault === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    fault === null ? null : <Notice tone="bad">{fault}</Notice>,
    <Facts account={account} now={now} />,
    <h2 id="grants">Who granted what</h2>,
    <DataTable
      caption="Roles, and who granted them"
      hideCaption
      columns={[{ head: 'Role' }, { head: 'Granted by' }, { head: 'When' }]}
      rows={grants.map((one) => [one.role, <code>{one.granted_by}</code>, <When at={one.granted_at} now={now} />])}
      empty="No role is granted."
    />,
    account.deactivatedAt === null ? <Changes visit={visit} account={account} /> : null,
    <AuditLinks kind="account" id={account.id} />,
  );
}

function Facts({ account, now }: { account: AccountAccess; now: number }) {
  return (
    <dl class="key-values">
      <dt>Address</dt>
      <dd>{account.email ?? none}</dd>
      <dt>Made</dt>
      <dd>
        <When at={account.createdAt} now={now} />
      </dd>
      <dt>Last sign-in</dt>
      <dd>
        <When at={account.lastSignedInAt} now={now} />
      </dd>
      <dt>Last refused sign-in</dt>
      <dd>
        <When at={account.lastRefusedAt} now={now} />
      </dd>
      <dt>Signed in now</dt>
      <dd>{plural(account.sessions, 'session')}</dd>
      <dt>Status</dt>
      <dd>
        {account.deactivatedAt === null
          ? account.ready
            ? 'Active'
            : 'Active; no password was chosen yet'
          : 'Deactivated, for good'}
      </dd>
    </dl>
  );
}

function Changes({ visit, account }: { visit: OwnVisit; account: AccountAccess }) {
  const at = (act: string): string => `/access/accounts/${account.id}/${act}`;
  const all = manageParties(visit.desk.context).all();
  return (
    <div class="narrow-left">
      <h2 id="change">Change what it may do</h2>
      <PostForm action={at('roles')} who={visit.who}>
        <Boxes name="role" legend="Roles" options={Object.entries(roles)} checked={account.roles} />
        <button type="submit">Change the roles</button>
      </PostForm>
      <PostForm action={at('rights')} who={visit.who}>
        <Boxes name="right" legend="Beside them" options={Object.entries(rights)} checked={account.rights} />
        <button type="submit">Change the rights</button>
      </PostForm>
      <PostForm action={at('parties')} who={visit.who}>
        <Boxes
          name="party"
          legend="Signs versions for (the role committee lets it sign)"
          options={all.map((party) => [party, ''])}
          checked={account.parties}
        />
        <button type="submit">Change for whom it signs</button>
      </PostForm>
      <h2 id="end">End it</h2>
      <PostForm action={at('reset')} who={visit.who}>
        <p>Ends all sessions, and makes a link with which a new password is chosen.</p>
        <button type="submit" class="second">
          Make a link for a new password
        </button>
      </PostForm>
      <PostForm action={at('deactivate')} who={visit.who}>
        <p>For good: sessions and links end at once, and what it did stays on record.</p>
        <button type="submit" class="second">
          Deactivate the account
        </button>
      </PostForm>
    </div>
  );
}
