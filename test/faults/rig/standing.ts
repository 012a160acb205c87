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

/**
 * Waits until each core's loops came round a moment ago, and have done so for `steadyMs`: longer than a statement without an answer takes,
 * where connections may be left that give none and stand one loop after the other. What does not in time is told. Call at rest.
 */
export async function findStanding(rig: Rig, steadyMs: number): Promise<Finding[]> {
  const told = await Promise.all(rig.cores.map((_, core) => standingAt(rig, core, steadyMs)));
  return told.flat().map((detail) => ({ invariant: 'I5', detail }));
}

async function standingAt(rig: Rig, core: number, steadyMs: number): Promise<string[]> {
  let standing: string[] = [];
  let steadySince: number | null = null;
  for (const until = Date.now() + patienceMs; Date.now() < until || steadySince !== null; await sleep(250)) {
    const found = await look(rig.url(core)).catch((error: unknown) => [`not known: ${(error as Error).message}`]);
    if (found.length > 0) standing = found;
    steadySince = found.length > 0 ? null : (steadySince ?? Date.now());
    if (steadySince !== null && Date.now() - steadySince >= steadyMs) return [];
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
