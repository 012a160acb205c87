// Workers that say two things of one attempt: they answered, died before they acknowledged, and whoever took the command next could not tell.
import { connect } from '@nats-io/transport-node';
import { seededRandom } from '../../../src/sandbox/kernel/random.ts';
import type { Rig } from '../rig/rig.ts';

const share = 0.33;
const outcome = { kind: 'ambiguous', reason: 'second_worker' } as const;

/**
 * A second result, right behind every third one of a write: with two processes that take results, both may be at the same writeback at once.
 * Gives what ends it. Does nothing where the bus is inside the process.
 */
export async function tellTwice(rig: Rig): Promise<() => Promise<void>> {
  if (!rig.nats) return async () => {};
  const random = seededRandom(rig.seed ^ 0x7e111);
  // Through kills and restarts of the server; what is lost meanwhile is lost.
  const connection = await connect({ servers: rig.nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  connection.subscribe('il.res.>', {
    callback: (_, message) => {
      const result = read(message.string());
      if (result?.mode !== 'apply' || result.outcome?.kind === outcome.kind || !random.chance(share)) return;
      connection.publish(message.subject, JSON.stringify({ ...result, outcome }));
    },
  });
  return () => connection.close().catch(() => {});
}

function read(body: string): { mode?: string; outcome?: { kind?: string } } | null {
  try {
    return JSON.parse(body) as { mode?: string; outcome?: { kind?: string } };
  } catch {
    return null;
  }
}
