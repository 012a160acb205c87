// /access/clients/:client: what one machine may do, how old its secrets are, and everything that changes it.
import { isScope, scopes } from '../../../core/access/scopes.ts';
import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { type ClientAccess, readAccess } from '../../../services/accounts/read-access.ts';
import { type Clients, manageClients } from '../../../services/clients/manage-clients.ts';
import { readForm } from '../../forms.ts';
import { page } from '../../frame.tsx';
import { PostForm } from '../../parts/form.tsx';
import { Notice } from '../../parts/notice.tsx';
import { When } from '../../parts/when.tsx';
import type { OwnVisit } from '../../route.ts';
import { none } from '../../words.ts';
import { notFoundPage } from '../problem.tsx';
import { AuditLinks, Boxes, chosen, OnceShown } from './parts.tsx';

export async function clientAccessPage(visit: OwnVisit): Promise<Response> {
  const client = await meant(visit);
  return client ? show(visit, client, null) : notFoundPage(visit);
}

/** POST /access/clients/:client/:act */
export async function changeClient(visit: OwnVisit): Promise<Response> {
  const client = await meant(visit);
  if (!client) return notFoundPage(visit);
  const { desk, request, who } = visit;
  const by = { actor: actorOf(who), requestId: request.get('requestId') };
  const clients = manageClients(desk.context, desk.context.database.engine);
  const act = (request.req.param() as { act?: string }).act ?? '';
  switch (act) {
    case 'add-secret':
      return newSecret(visit, client, await clients.addSecret(client.id, by));
    case 'promote-secret':
      return answer(visit, client, (await clients.promoteSecret(client.id, by)).kind, act);
    case 'drop-secret':
      return answer(visit, client, (await clients.dropSecret(client.id, by)).kind, act);
    case 'revoke':
      return answer(visit, client, (await clients.revoke(client.id, by)).kind, act);
    case 'scopes': {
      const given = chosen(await readForm(request), 'scope').filter(isScope);
      const works = given.includes('writebacks:work');
      if (given.length === 0) return show(visit, client, 'Leave at least one scope, or revoke the client.');
      if (works !== (client.connection !== null)) return show(visit, client, faults.work ?? '');
      return answer(visit, client, (await clients.changeScopes(client.id, given, by)).kind, act);
    }
    default:
      return notFoundPage(visit);
  }
}

async function meant(visit: OwnVisit): Promise<ClientAccess | undefined> {
  const { client } = visit.request.req.param() as { client?: string };
  return (await readAccess(visit.desk.context)).clients.find((one) => one.id === client);
}

function answer(visit: OwnVisit, client: ClientAccess, kind: string, act: string): Response | Promise<Response> {
  return kind === 'changed'
    ? visit.request.redirect(`/access/clients/${client.id}?said=${act}`, 303)
    : show(visit, client, faults[kind] ?? 'Nothing was changed.');
}

const faults: Readonly<Record<string, string>> = {
  unknown_client: 'There is no such client any more.',
  revoked: 'The client is revoked, for good. Nothing was changed.',
  not_rotating: 'There is no second secret. Nothing was changed.',
  already_rotating: 'Two secrets are good already: promote or drop the second one first.',
  work: 'writebacks:work goes with a client that was made for one connection, and only with such a one.',
};

/** In the answer itself, since no address may hold it. */
function newSecret(
  visit: OwnVisit,
  client: ClientAccess,
  added: Awaited<ReturnType<Clients['addSecret']>>,
): Response | Promise<Response> {
  if (added.kind !== 'added') return show(visit, client, faults[added.kind] ?? 'Nothing was changed.');
  return page(
    visit,
    { title: `A second secret for ${client.name}` },
    <h1>{`A second secret for ${client.name}`}</h1>,
    <OnceShown
      text={added.secret}
      says="It is shown this once; both secrets are good until you promote it. Put it where the machine reads it, see that it is used, then promote it."
    />,
    <p class="actions">
      <a class="button second" href={`/access/clients/${client.id}`}>
        To the client
      </a>
    </p>,
  );
}

const sayings: Readonly<Record<string, string>> = {
  scopes: 'The scopes are changed. Tokens that were given out lose what is gone; more needs a new token.',
  'promote-secret': 'The second secret is the only one now.',
  'drop-secret': 'The second secret is worth nothing now.',
  revoke: 'The client is revoked: its secrets and tokens are worth nothing within seconds.',
};

async function show(visit: OwnVisit, client: ClientAccess, fault: string | null): Promise<Response> {
  const said = sayings[visit.request.req.query('said') ?? ''];
  const now = visit.desk.context.now();
  return page(
    visit,
    { title: client.name, status: fault === null ? 200 : 422 },
    <h1>{client.name}</h1>,
    fault === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    fault === null ? null : <Notice tone="bad">{fault}</Notice>,
    <Facts client={client} now={now} />,
    client.revokedAt === null ? <Changes visit={visit} client={client} /> : null,
    <AuditLinks kind="client" id={client.id} />,
  );
}

function Facts({ client, now }: { client: ClientAccess; now: number }) {
  return (
    <dl class="key-values">
      <dt>Id</dt>
      <dd>
        <code>{client.id}</code>
      </dd>
      <dt>Speaks for</dt>
      <dd>{client.kind}</dd>
      <dt>Connection</dt>
      <dd>{client.connection ?? none}</dd>
      <dt>Last used</dt>
      <dd>
        <When at={client.lastUsedAt} now={now} />
      </dd>
      <dt>Secret good since</dt>
      <dd>
        <When at={client.secretSince} now={now} />
        {client.review === 'old_secret' ? <span class="chip warn">rotate it: older than 90 days</span> : null}
      </dd>
      {client.nextSecretSince === null ? null : (
        <>
          <dt>Second secret since</dt>
          <dd>
            <When at={client.nextSecretSince} now={now} />
          </dd>
        </>
      )}
      <dt>Status</dt>
      <dd>{client.revokedAt === null ? 'Active' : 'Revoked, for good'}</dd>
    </dl>
  );
}

function Changes({ visit, client }: { visit: OwnVisit; client: ClientAccess }) {
  const at = (act: string): string => `/access/clients/${client.id}/${act}`;
  const button = (act: string, text: string, meaning: string) => (
    <PostForm action={at(act)} who={visit.who}>
      <p>{meaning}</p>
      <button type="submit" class="second">
        {text}
      </button>
    </PostForm>
  );
  return (
    <div class="narrow-left">
      <h2 id="secrets">Secrets</h2>
      {client.rotating
        ? [
            button('promote-secret', 'Promote the second secret', 'The second secret becomes the only one.'),
            button('drop-secret', 'Drop the second secret', 'The first one stays as it is.'),
          ]
        : button('add-secret', 'Add a second secret', 'Both are good until you promote the second one.')}
      <h2 id="scopes">Scopes</h2>
      <PostForm action={at('scopes')} who={visit.who}>
        <Boxes name="scope" legend="What it may do" options={Object.entries(scopes)} checked={client.scopes} />
        <button type="submit">Change the scopes</button>
      </PostForm>
      <h2 id="end">End it</h2>
      {button('revoke', 'Revoke the client', 'For good: its secrets and tokens are worth nothing within seconds.')}
    </div>
  );
}
