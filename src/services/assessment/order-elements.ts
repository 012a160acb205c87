// Element values of one application, decrypted, for the use cases about orders.
import type { PersonId } from '../../core/ids.ts';
import type { OrderedFor } from '../../store/connections/orders.ts';
import { findElements } from '../../store/engine/elements.ts';
import type { Context } from '../context.ts';

/** Those of the named elements that have a value; none of somebody who was erased. */
export async function readOrderElements(
  context: Context,
  application: OrderedFor,
  names: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const keys = context.vault.unwrap(application.person_id as PersonId, application);
  if (!keys) return {};
  const rows = await findElements(context.database.engine, application.id, names);
  const values = rows.map(({ element, value_ct }) => [
    element,
    context.vault.unsealJson(keys.dataKey, ['element_value', element, application.id], value_ct),
  ]);
  return Object.fromEntries(values) as Record<string, unknown>;
}
