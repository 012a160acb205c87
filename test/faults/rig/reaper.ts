// Ends what the rig has started when its own process ends early: nothing is left running that nobody knows of.

const wanted = new Set<() => number>();
const afterwards = new Set<() => void>();

/** `pid` is asked at the end; 0 or below for none. Gives how to forget it again. */
export function reapAtExit(pid: () => number): () => void {
  return keepIn(wanted, pid);
}

/** Called at the end, when what was to be ended is ended. Gives how to forget it again. */
export const cleanAtExit = (clean: () => void): (() => void) => keepIn(afterwards, clean);

function keepIn<T>(set: Set<T>, one: T): () => void {
  if (wanted.size + afterwards.size === 0) process.once('exit', reap);
  set.add(one);
  return () => {
    set.delete(one);
    if (wanted.size + afterwards.size === 0) process.removeListener('exit', reap);
  };
}

function reap(): void {
  for (const pid of wanted) {
    try {
      if (pid() > 0) process.kill(pid(), 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  for (const clean of afterwards) clean();
}
