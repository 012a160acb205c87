// /access: who may do what, when it was last used, and what should be looked at again; accounts of people, clients of machines.

import { roles } from '../../../core/access/roles.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { manageAccounts, newAccountSchema } from '../../../services/accounts/manage-accounts.ts';
import {
  type AccessReport,
  type AccountAccess,
  type ClientAccess,
  readAccess,
  reviewDays,
} from '../../../services/accounts/read-access.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Field, PostForm } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { count, none } from '../../words.ts';
import { Boxes, chosen, OnceShown } from './parts.tsx';

export async function accessPage(visit: OwnVisit): Promise<Response> {
  return show(visit, null);
}

/** POST /access/accounts: the link is shown in the answer, since no address may hold it. */
export async function addAccount(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const form = await readForm(request);
  const parsed = newAccountSchema.safeParse({ name: form.name, email: form.email, roles: chosen(form, 'role') });
  if (!parsed.success) return show(visit, 'Give a name, an address and at least one role.');
  const by = { actor: actorOf(who), requestId: request.get('requestId') };
  const added = await manageAccounts(desk.context).add(parsed.data, by);
  if (added.kind === 'email_taken') return show(visit, 'There is an account with that address already.');
  return page(
    visit,
    { title: 'Account added' },
    <h1>{`${parsed.data.name} has an account`}</h1>,
    <OnceShown
      text={`${desk.publicUrl}/password/${added.link}`}
      says="Hand over this link, over a way that nobody else reads: whoever opens it chooses the password. It is good once, for a day, and is not shown again."
    />,
    <p class="actions">
      <a class="button second" href={`/access/accounts/${added.id}`}>
        To the account
      </a>
    </p>,
  );
}

async function show(visit: OwnVisit, fault: string | null): Promise<Response> {
  const { context } = visit.desk;
  const report = await readAccess(context);
  const now = context.now();
  return page(
    visit,
    { title: 'Access', status: fault === null ? 200 : 422, wide: true },
    <h1>Access</h1>,
    <p class="lead">Who may do what, when it was last used, and what somebody should look at again.</p>,
    fault === null ? null : <Notice tone="bad">{fault}</Notice>,
    <h2 id="review">To be reviewed</h2>,
    <Review report={report} />,
    <h2 id="accounts">People</h2>,
    <Accounts accounts={report.accounts} now={now} />,
    <h2 id="clients">Machines</h2>,
    <Clients clients={report.clients} now={now} />,
    <h2 id="add">Add an account</h2>,
    <div class="narrow-left">
      <PostForm action="/access/accounts" who={visit.who}>
        <Field name="name" label="Name" autocomplete="off" hint="As signatures and the audit log show it" />
        <Field name="email" label="E-mail address" type="email" autocomplete="off" />
        <Boxes name="role" legend="Roles" options={Object.entries(roles)} checked={['viewer']} />
        <button type="submit">Add the account</button>
      </PostForm>
    </div>,
  );
}

const reasons = {
  unused: `not used for ${reviewDays} days`,
  never_used: `never used, and older than ${reviewDays} days`,
  old_secret: `its secret is older than ${reviewDays} days`,
} as const;

function Review({ report }: { report: AccessReport }) {
  const accounts = report.accounts.filter((one) => one.review !== null);
  const clients = report.clients.filter((one) => one.review !== null);
  return (
    <div>
      <ul class="sum">
        <li>
          <b>
            <Figure of="access.review.accounts" value={accounts.length}>
              {count(accounts.length)}
            </Figure>
          </b>{' '}
          accounts
        </li>
        <li>
          <b>
            <Figure of="access.review.clients" value={clients.length}>
              {count(clients.length)}
            </Figure>
          </b>{' '}
          clients
        </li>
      </ul>
      {accounts.length + clients.length === 0 ? (
        <EmptyState>
          {`Every account was used and every secret was changed within ${reviewDays} days. Nothing to do.`}
        </EmptyState>
      ) : (
        <DataTable
          caption="Accounts and clients to be reviewed"
          hideCaption
          columns={[{ head: 'Who or what' }, { head: 'Kind' }, { head: 'Why' }]}
          rows={[
            ...accounts.map((one) => [
              <a href={`/access/accounts/${one.id}`}>{one.name}</a>,
              'account',
              reasons[one.review ?? 'unused'],
            ]),
            ...clients.map((one) => [
              <a href={`/access/clients/${one.id}`}>{one.name}</a>,
              'client',
              reasons[one.review ?? 'unused'],
            ]),
          ]}
        />
      )}
    </div>
  );
}

function Accounts({ accounts, now }: { accounts: readonly AccountAccess[]; now: number }) {
  return (
    <DataTable
      caption="Accounts of people"
      hideCaption
      columns={[
        { head: 'Name' },
        { head: 'Address' },
        { head: 'Roles' },
        { head: 'Beside them' },
        { head: 'Signs for' },
        { head: 'Last sign-in' },
        { head: 'Sessions', numeric: true, meaning: 'Browsers that are signed in at this moment' },
        { head: 'Status' },
      ]}
      rows={accounts.map((one) => [
        <a href={`/access/accounts/${one.id}`}>{one.name}</a>,
        one.email ?? none,
        one.roles.join(', ') || none,
        one.rights.join(', ') || none,
        one.parties.join(', ') || none,
        <When at={one.lastSignedInAt} now={now} />,
        <Figure of={`access.sessions.${one.id}`} value={one.sessions}>
          {count(one.sessions)}
        </Figure>,
        <Status account={one} />,
      ])}
    />
  );
}

function Status({ account }: { account: AccountAccess }) {
  if (account.deactivatedAt !== null) return <span class="chip">Deactivated</span>;
  return account.ready ? <span class="chip good">Active</span> : <span class="chip warn">No password yet</span>;
}

function Clients({ clients, now }: { clients: readonly ClientAccess[]; now: number }) {
  return (
    <DataTable
      caption="Clients"
      hideCaption
      columns={[
        { head: 'Name' },
        { head: 'Speaks for' },
        { head: 'Scopes' },
        { head: 'Last used' },
        { head: 'Secret since' },
        { head: 'Status' },
      ]}
      rows={clients.map((one) => [
        <a href={`/access/clients/${one.id}`}>{one.name}</a>,
        one.kind,
        <span class="wrap">{one.scopes.join(', ')}</span>,
        <When at={one.lastUsedAt} now={now} />,
        <When at={one.secretSince} now={now} />,
        one.revokedAt !== null ? (
          <span class="chip">Revoked</span>
        ) : (
          <span class={`chip ${one.rotating ? 'warn' : 'good'}`}>{one.rotating ? 'Two secrets' : 'Active'}</span>
        ),
      ])}
      empty="No machine has access yet. interlock client add makes one: an ATS, a screening tool, a worker."
    />
  );
}
