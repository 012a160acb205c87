// The process that is armed: how, and the proof that it died where it was to die.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../rig/child.ts';
import type { Case } from './places.ts';

/** The settings of its first life. */
export const armed = ({ name, hit }: Case): Readonly<Record<string, string>> => ({
  INTERLOCK_CRASH_POINT: `${name}:${hit}`,
});

/** On a machine that does much else the traffic takes long; once it has ended, what it caused comes to its end soon. */
const patienceMs = 90_000;
const afterwardsMs = 10_000;

/** Waits for its death. Null when it was the one that was asked for, and `deaths` is empty then; else what is wrong. */
export async function wrongDeath(
  one: Case,
  child: Child,
  deaths: string[],
  traffic: Promise<unknown>,
): Promise<string | null> {
  let until = Date.now() + patienceMs;
  const ended = (): void => {
    until = Math.min(until, Date.now() + afterwardsMs);
  };
  void traffic.then(ended, ended);
  for (; child.isUp(); await sleep(5)) if (Date.now() > until) return `${one.name} was not come by ${one.hit} times`;
  // It kills itself at one place and at one hit only; what else ends it is no SIGKILL.
  if (deaths.length !== 1 || !deaths[0]?.includes('(SIGKILL)') || !child.log().includes(`${one.name}:${one.hit}`))
    return `it did not die of its crash point: ${deaths.join('; ')}`;
  deaths.splice(0);
  return null;
}
