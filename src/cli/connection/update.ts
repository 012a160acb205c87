// Carries a change of a connection out and answers with what it is like now.
import type { ConnectionUpdate } from '../../services/connections/manage-connections.ts';
import { type Answer, done } from '../answer.ts';
import type { Session } from '../session.ts';
import { refusal, unknownConnection } from './refusals.ts';
import { showConnection } from './view.ts';

export async function updated(session: Session, name: string, update: ConnectionUpdate, text: string): Promise<Answer> {
  const { updateConnection } = await import('../../services/connections/manage-connections.ts');
  const managed = await updateConnection(session.context, session.by.actor, name, update);
  return managed.ok ? connectionNow(session, name, text) : refusal(managed);
}

export async function connectionNow(session: Session, name: string, text: string): Promise<Answer> {
  const view = await showConnection(session, name);
  return view ? done(view, text) : unknownConnection(name);
}
