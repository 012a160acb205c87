// Carries out what was decided about a connection, and goes back to its page, which says so.

import { actorOf } from '../../../services/accounts/keep-sessions.ts';
import { paceSchema } from '../../../services/connections/connection-terms.ts';
import { type ConnectionUpdate, updateConnection } from '../../../services/connections/manage-connections.ts';
import { closeCircuit } from '../../../services/settling/close-circuit.ts';
import { findConnection } from '../../../store/connections/connections.ts';
import type { ConnectionPace } from '../../../store/schema/schema.ts';
import { readForm } from '../../forms.ts';
import { readReason } from '../../parts/decide.tsx';
import type { OwnVisit } from '../../route.ts';
import { notFoundPage } from '../problem.tsx';
import { type ConnectionVerb, connectionVerbs } from './forms.tsx';
import { showConnection } from './one.tsx';

/** POST /connections/:connection/:verb, for the verbs of the table of pages. */
export async function changeConnection(visit: OwnVisit): Promise<Response> {
  const { request } = visit;
  const id = request.req.param('connection') ?? '';
  const verb = connectionVerbs.find((one) => request.req.path.endsWith(`/${one}`));
  if (!verb) return notFoundPage(visit);
  const fields = await readForm(request);
  const said = readReason(fields.reason);
  if (!said.ok) return showConnection(visit, id, { verb, fault: said.fault, fields });
  const fault = await carryOut(visit, id, verb, fields, said.reason);
  if (fault === 'unknown') return notFoundPage(visit);
  if (fault !== null) return showConnection(visit, id, { verb, fault, fields });
  return request.redirect(`/connections/${id}?said=${verb}`, 303);
}

/** Null when it is done; else what is wrong, or `unknown`. */
async function carryOut(
  { desk, request, who }: OwnVisit,
  id: string,
  verb: ConnectionVerb,
  fields: Readonly<Record<string, string>>,
  reason: string,
): Promise<string | null> {
  const actor = actorOf(who);
  const note = { reason, requestId: request.get('requestId') };
  if (verb === 'close-circuit') {
    const { kind } = await closeCircuit(desk.context, id, { actor, ...note });
    return kind === 'unknown' ? 'unknown' : kind === 'not_open' ? 'The circuit is closed already.' : null;
  }
  const update = verb === 'pace' ? await newPace(desk.context, id, fields) : statusOf[verb];
  if (typeof update === 'string') return update;
  const managed = await updateConnection(desk.context, actor, id, update, note);
  if (managed.ok) return null;
  return managed.code === 'unknown_connection' ? 'unknown' : managed.problems.map(({ detail }) => detail).join('; ');
}

const statusOf = { pause: { status: 'paused' }, resume: { status: 'active' } } as const;

/** What was entered over what there is; an empty field leaves it to the adapter. */
async function newPace(
  { database }: OwnVisit['desk']['context'],
  id: string,
  fields: Readonly<Record<string, string>>,
): Promise<ConnectionUpdate | string> {
  const row = await findConnection(database.engine, id);
  if (!row) return 'unknown';
  const { sweepShare } = row.pace;
  const given = ['concurrency', 'requests', 'perMs'].flatMap((name) => {
    const text = (fields[name] ?? '').trim();
    return text === '' ? [] : [[name, Number(text)] as const];
  });
  const read = paceSchema.safeParse({
    ...(sweepShare === undefined ? {} : { sweepShare }),
    ...Object.fromEntries(given),
  });
  return read.success
    ? { pace: read.data as ConnectionPace }
    : `The pace cannot be so: ${read.error.issues[0]?.message ?? 'it is not understood'}.`;
}
