// Says where the time of a run went: each file's seconds from begin to end, and the processor time of all processes by their kind.
import { readdirSync, readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

interface Seen {
  pid: number;
  parent: number;
  chromium: boolean;
  /** In ticks of 10 ms: its own, and that of its children that have ended. */
  own: number;
  ended: number;
}

/** Reads /proc, so it counts on Linux only. */
export class TimeReporter implements Reporter {
  private readonly begun = new Map<string, number>();
  private readonly files: { name: string; seconds: number }[] = [];
  /** By process id. Chromium's end unheard by anybody, so the most that each was seen with counts. */
  private readonly ofBrowsers = new Map<number, number>();
  private readonly timer = setInterval(() => this.look(), 500).unref();

  onTestModuleStart({ moduleId }: TestModule): void {
    this.begun.set(moduleId, performance.now());
  }

  onTestModuleEnd({ moduleId, relativeModuleId }: TestModule): void {
    const seconds = (performance.now() - (this.begun.get(moduleId) ?? performance.now())) / 1_000;
    this.files.push({ name: relativeModuleId, seconds });
  }

  onTestRunEnd(): void {
    clearInterval(this.timer);
    // Who waited for a process that ended has its time too, with all that was below it.
    const others = this.look().reduce((sum, { own, ended }) => sum + own + ended, 0);
    const browsers = [...this.ofBrowsers.values()].reduce((sum, own) => sum + own, 0);
    const lines = [
      'seconds  file',
      ...this.files
        .sort((a, b) => b.seconds - a.seconds)
        .map(({ name, seconds }) => `${seconds.toFixed(1).padStart(7)}  ${name}`),
      'seconds of processor time',
      `${(browsers / 100).toFixed(0).padStart(7)}  Chromium`,
      `${(others / 100).toFixed(0).padStart(7)}  all others`,
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }

  /** This process and everything below it, but for Chromium's, which are noted. */
  private look(): Seen[] {
    const all = processes();
    const found = all.filter(({ pid }) => pid === process.pid);
    for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
    for (const { pid, own } of found.filter((one) => one.chromium)) this.ofBrowsers.set(pid, own);
    return found.filter((one) => !one.chromium);
  }
}

function processes(): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [seen(Number(name), readFileSync(`/proc/${name}/stat`, 'latin1'))];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

/** Its fields are counted from the end of the name, which may hold anything (proc_pid_stat(5)). */
function seen(pid: number, stat: string): Seen {
  const end = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, end);
  const fields = stat
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0, , , , , , , , , , user = 0, system = 0, usersEnded = 0, systemEnded = 0] = fields;
  return { pid, parent, chromium: /chrom/.test(name), own: user + system, ended: usersEnded + systemEnded };
}
