// Ends what the rig has started when its own process ends early: nothing is left running that nobody knows of.

const wanted = new Set<() => number>();

/** `pid` is asked at the end; 0 or below for none. Gives how to forget it again. */
export function reapAtExit(pid: () => number): () => void {
  if (wanted.size === 0) process.once('exit', reap);
  wanted.add(pid);
  return () => {
    wanted.delete(pid);
    if (wanted.size === 0) process.removeListener('exit', reap);
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
}
