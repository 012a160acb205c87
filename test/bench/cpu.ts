// CPU seconds of a process and everything below it, from /proc: a postmaster's backends, a server's children.
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

interface Usage {
  parent: number;
  seconds: number;
}

/** Those that ended count as far as their parent waited for them. */
export function cpuSeconds(pid: number): number {
  const family = new Set([pid]);
  let total = 0;
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  for (const one of pids.sort((a, b) => a - b)) {
    const usage = usageOf(one);
    if (!usage || (one !== pid && !family.has(usage.parent))) continue;
    family.add(one);
    total += usage.seconds;
  }
  return total;
}

function usageOf(pid: number): Usage | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0);
    return { parent: fields[1] ?? 0, seconds: ticks / ticksPerSecond };
  } catch {
    // It ended meanwhile.
    return null;
  }
}
