// A person closes a connection's circuit, so that it is tried at once instead of when its time is over; audited.
import { findConnection, setCircuit } from '../../store/connections/connections.ts';
import type { Context } from '../context.ts';
import { writeAudit } from '../write-audit.ts';
import { inDecision } from './in-decision.ts';
import type { Decision } from './settle-writebacks.ts';

export type CircuitClosed = { kind: 'done' | 'unknown' | 'not_open' };

export async function closeCircuit(context: Context, id: string, decision: Decision): Promise<CircuitClosed> {
  return inDecision(context, async (tx) => {
    const row = await findConnection(tx, id);
    if (!row || row.status === 'removed') return { kind: 'unknown' };
    if (row.circuit === 'closed') return { kind: 'not_open' };
    await setCircuit(tx, id, 'closed', null);
    await writeAudit(tx, {
      actor: decision.actor,
      action: 'connection.circuit_closed',
      objectKind: 'connection',
      objectId: id,
      detail: { reason: decision.reason, was: row.circuit, because: row.circuit_reason },
      ...(decision.requestId === undefined ? {} : { requestId: decision.requestId }),
    });
    return { kind: 'done' };
  });
}
