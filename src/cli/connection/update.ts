// Carries a change of a connection out and answers with what it is like now.
import type { ConnectionUpdate } from '../../services/manage-connections.ts';
import { type Answer, done } from '../answer.ts';
import type { Session } from '../session.ts';
import { refusal, unknownConnection } from './refusals.ts';
import { viewConnection } from './view.ts';

export async function updated(session: Session, name: string, update: ConnectionUpdate, text: string): Promise<Answer> {
  const { updateConnection } = await import('../../services/manage-connections.ts');
  const managed = await updateConnection(session.context, session.by.actor, name, update);
  return managed.ok ? connectionNow(session, name, text) : refusal(managed);
}

export async function connectionNow(session: Session, name: string, text: string): Promise<Answer> {
  const { findConnection } = await import('../../store/connections.ts');
  const row = await findConnection(session.context.database.engine, name);
  return row ? done(viewConnection(session, row), text) : unknownConnection(name);
}
