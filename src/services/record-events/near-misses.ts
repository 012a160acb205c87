// Events that nearly were echoes of our own writes: counted, as an early sign of two systems that answer each other.
import type { Batch } from './batch.ts';
import type { Said, Verdict } from './judge.ts';
import { laneKey, type WorkingSubject } from './ledger.ts';
import { stands } from './own-writes.ts';

/** Notes an event that has the value of a recent write of ours, and is not its echo. */
export function noteNearMiss({ loaded, ledger }: Batch, subject: WorkingSubject, said: Said, verdict: Verdict): void {
  if (verdict.kind === 'echo' || said.connection === null || said.read) return;
  const recent = loaded.recent.get(laneKey(subject.id, said.connection)) ?? [];
  const alike = recent.filter((write) => stands(subject.machine, said.claim, write.target_state));
  if (alike.length === 0) return;
  ledger.nearMisses.push({
    connection: said.connection,
    reason: alike.some((write) => !write.used) ? 'older' : 'again',
  });
}
