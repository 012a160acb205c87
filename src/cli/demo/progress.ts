// A progress bar where somebody watches, plain lines where nobody does.
import { progress as bar } from '@clack/prompts';

export interface Progress {
  step(done: number, of: number): void;
  end(): void;
}

export function showProgress(title: string, total: number): Progress {
  return process.stderr.isTTY && process.stdout.isTTY ? withBar(title, total) : withLines(title);
}

function withBar(title: string, total: number): Progress {
  const shown = bar({ max: total });
  shown.start(title);
  return {
    step: (done, of) => shown.advance(1, `${title}: ${done} of ${of}`),
    end: () => shown.stop(title),
  };
}

function withLines(title: string): Progress {
  let last = -1;
  process.stderr.write(`${title}\n`);
  return {
    step(done, of) {
      const tenth = Math.floor((done * 10) / of);
      if (tenth === last) return;
      last = tenth;
      process.stderr.write(`  ${done} of ${of}\n`);
    },
    end: () => {},
  };
}
