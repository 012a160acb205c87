// What the rig's checker does not look at: that every row of the log gets under a checkpoint and every erasure comes to its end.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAnchors } from '../../../src/services/log/verify-export.ts';
import { verifyLog } from '../../../src/services/log/verify-log.ts';
import { openVault } from '../../../src/services/vault.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { withClient } from '../rig/postgres.ts';
import type { Rig } from '../rig/rig.ts';

interface Found {
  invariant: string;
  detail: string;
}

/** An erasure ends no sooner than ten seconds after it began: no transaction of ours may still see the old rows. */
const patienceMs = 45_000;

/** Waits a while for the sealer and for erasures; gives what they did not do. */
export async function unfinished(rig: Rig): Promise<Found[]> {
  for (const until = Date.now() + patienceMs; ; await sleep(100)) {
    const found = [...(await unsealed(rig)), ...(await unerased(rig))];
    if (found.length === 0 || Date.now() > until) return found;
  }
}

/** I9: every checkpoint recomputes, also from the file outside, and nothing is left without one. */
async function unsealed({ ground, databaseUrl, folder }: Rig): Promise<Found[]> {
  await using database = await openDatabase(databaseUrl);
  // Not there before the first checkpoint was handed out.
  const { anchors } = await readAnchors(join(folder, 'core-1', 'checkpoints.ndjson')).catch(() => ({ anchors: [] }));
  const vault = openVault(Buffer.from(ground.masterKey, 'base64'));
  const verdict = await verifyLog(database.reports, vault, { anchors });
  const bad = (detail: string): Found[] => [{ invariant: 'I9', detail }];
  if (verdict.kind === 'broken') return bad(`the log does not verify: ${JSON.stringify(verdict.found)}`);
  if (verdict.unsealed > 0) return bad(`${verdict.unsealed} rows of the log are under no checkpoint`);
  return verdict.anchors === verdict.checkpoints
    ? []
    : bad(`${verdict.checkpoints} checkpoints, ${verdict.anchors} in the file outside`);
}

/** I11, as far as rows say so: the tier for erasure looks at bytes. */
async function unerased({ databaseUrl }: Rig): Promise<Found[]> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ id: string; detail: string }>(`
      select p.id, 'the erasure has not ended' as detail from person p where p.erased_at is not null and p.erasure_ended_at is null
      union all select p.id, 'the keys are still there' from person p
        where p.erased_at is not null and (p.data_key is not null or p.commit_key is not null)
      union all select p.id, 'values are still there' from person p join subject s on s.person_id = p.id join element_value v on v.subject_id = s.id
        where p.erased_at is not null and v.value_ct is not null`),
  );
  return rows.map(({ id, detail }) => ({ invariant: 'I11', detail: `${id}: ${detail}` }));
}
