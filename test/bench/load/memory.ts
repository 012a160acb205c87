// How much memory processes hold, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

const mebibyte = 1024;
const field = (text: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / mebibyte;

/** What one process holds in memory itself, MiB; NaN when it has ended. */
export function residentMiB(pid: number): number {
  try {
    return field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS');
  } catch {
    return Number.NaN;
  }
}

/** What all children of a process and theirs hold, MiB: pages that they share are counted once. */
export function proportionalBelowMiB(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').map(Number).filter(Boolean)) {
    const text = readOrNull(`/proc/${name}/status`);
    if (text !== null) parents.set(name, Number(/^PPid:\s+(\d+)/m.exec(text)?.[1]));
  }
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one);
    return parent !== undefined && parent !== 0 && (parent === pid || isBelow(parent));
  };
  const pss = [...parents.keys()].filter(isBelow).map((one) => readOrNull(`/proc/${one}/smaps_rollup`));
  return pss.reduce((sum, text) => sum + (text === null ? 0 : field(text, 'Pss') || 0), 0);
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended meanwhile.
    return null;
  }
}
