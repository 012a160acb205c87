// Whether a caller holds the key of an assessment connection: the only proof that an ATS gives of itself.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type AssessmentSettings, settingsSchema } from '../../adapters/assessment/settings.ts';
import { sha256 } from '../../core/canonical-json.ts';
import { findConnection } from '../../store/connections/connections.ts';
import { connectionNameSchema } from '../connections/connection-terms.ts';
import type { Context } from '../context.ts';

export interface AssessmentAccess {
  connection: string;
  settings: AssessmentSettings;
}

/** Null for a key that is not good, or no such connection: the caller cannot tell which. During a rotation either key is good. */
export async function openAssessment(
  context: Context,
  connection: string,
  key: string,
): Promise<AssessmentAccess | null> {
  const named = connectionNameSchema.safeParse(connection).success;
  const row = named ? await findConnection(context.database.engine, connection) : undefined;
  const known = row && row.status !== 'removed' && row.adapter === 'assessment' ? row : undefined;
  const keys = [known?.secrets_current, known?.secrets_next].map((sealed) =>
    known && sealed ? context.vault.unsealSecrets(known.id, sealed).apiKey : undefined,
  );
  const given = sha256(key);
  // Both are compared, whatever comes of the first, and a missing one with what nobody can know.
  const fits = keys.map((one) => timingSafeEqual(one ? sha256(one) : nobodys, given));
  if (!known || key === '' || !fits.includes(true)) return null;
  return { connection: known.id, settings: settingsSchema.parse(known.settings) };
}

const nobodys = randomBytes(32);
