// The use cases of clients on an open session, and what their refusals say.
import type { Clients } from '../../services/clients/manage-clients.ts';
import { type Answer, done, failed } from '../answer.ts';
import { inSession, type Session } from '../session.ts';
import type { Cli } from '../terminal.ts';

export async function inClients({ context }: Session): Promise<Clients> {
  const { manageClients } = await import('../../services/clients/manage-clients.ts');
  return manageClients(context, context.database.engine);
}

/** Runs one change of a client that has nothing to tell but that it was made. */
export async function changing(
  cli: Cli,
  id: string,
  work: (clients: Clients, session: Session) => Promise<{ kind: string }>,
  text: string,
): Promise<Answer> {
  return inSession(cli, async (session) => {
    const changed = await work(await inClients(session), session);
    return changed.kind === 'changed' ? done({ id }, text) : refusal(id, changed.kind);
  });
}

export function refusal(id: string, code: string): Answer {
  return failed(code, (messages[code] ?? 'It could not be changed.').replace('{id}', id));
}

const messages: Record<string, string> = {
  unknown_client: 'There is no client {id}; "interlock client list" shows those there are.',
  revoked: 'The client {id} was revoked, which is for good. Add another one.',
  already_rotating: 'The client {id} has two secrets already: promote or drop the second one first.',
  not_rotating: 'The client {id} has only one secret: nothing to promote or drop.',
};
