// Tells the ATS that a test it ordered is done; it then comes and reads the status, which is the proof that it knows.
import { readOrderId } from '../../core/deciding/order-id.ts';
import { outcomeOfWrite } from '../answers.ts';
import type { Capabilities, Carried, VendorContext, Work } from '../port.ts';
import { type AssessmentSettings, mayCall } from './settings.ts';

type Context = VendorContext<AssessmentSettings>;
const precondition = 'none';

/** `PATCH` to the address that came with the order, with the same key and no body (Greenhouse, "PATCH Completed Test"). */
export async function tell(work: Work, context: Context, { readLagMs }: Capabilities): Promise<Carried> {
  const url = toldAt(work, context);
  if (url === null) return nothingOrdered;
  if (!mayCall(context.settings, url)) return { outcome: { kind: 'refused', reason: 'callback_not_allowed' } };
  const authorization = `Basic ${Buffer.from(`${context.secrets.apiKey ?? ''}:`).toString('base64')}`;
  const answer = await context.http.request({ method: 'PATCH', url, headers: { authorization } }, context.signal);
  const outcome = outcomeOfWrite(answer, readLagMs);
  const status = answer.kind === 'answer' ? { httpStatus: answer.status } : {};
  return { outcome, precondition, ...status };
}

/** It cannot be asked: only its own reading of the status shows that it knows, and that is recorded when it happens. */
export async function stillToRead(work: Work, context: Context): Promise<Carried> {
  if (toldAt(work, context) === null) return nothingOrdered;
  return { outcome: { kind: 'contradicted', seen: null } };
}

const nothingOrdered: Carried = { outcome: { kind: 'confirmed_already' }, precondition: 'not_ordered_here' };

/** Null when nothing was ordered by this connection: then there is nothing it waits for. */
function toldAt({ elements }: Work, { connection }: Context): string | null {
  const ordered = readOrderId(elements['screening.orderId']);
  if (ordered?.connection !== connection) return null;
  const url = elements['screening.orderUrl'];
  return typeof url === 'string' ? url : null;
}
