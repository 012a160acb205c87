// Background loops that stand after everything was healed. Their processes say so themselves, as they would to an operator: another process
// does their work meanwhile, so that nothing else shows it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from './checker/evidence.ts';
import type { Rig } from './rig.ts';

/** Those that come round every second at least, and that promises hang on. */
const loops = ['drive writebacks', 'sweep', 'carry out acts', 'begin onboardings', 'seal the log', 'keep state counts'];
const freshSeconds = 5;
/** More than two statements in a row take that get no answer. */
const patienceMs = 45_000;

/** Waits until each core's loops came round a moment ago. What does not in time is told. Call at rest. */
export async function findStanding(rig: Rig): Promise<Finding[]> {
  const told = await Promise.all(rig.cores.map((_, core) => standingAt(rig, core)));
  return told.flat().map((detail) => ({ invariant: 'I5', detail }));
}

async function standingAt(rig: Rig, core: number): Promise<string[]> {
  let standing: string[] = [];
  for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(250)) {
    standing = await look(rig.url(core)).catch((error: unknown) => [`not known: ${(error as Error).message}`]);
    if (standing.length === 0) return [];
  }
  return standing.map((one) => `core-${core + 1} stands at rest: ${one}`);
}

async function look(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const text = await answer.text();
  const ages = new Map<string, number>();
  for (const [, loop, seconds] of text.matchAll(/^interlock_background_age_seconds\{loop="([^"]+)"\} (\S+)$/gm))
    ages.set(loop as string, Number(seconds));
  return loops.flatMap((loop) => {
    const age = ages.get(loop);
    if (age === undefined) return [`"${loop}" is not in the metrics (${answer.status})`];
    return age > freshSeconds ? [`"${loop}" came round ${age.toFixed(0)} s ago`] : [];
  });
}
