// Keeps a durable consumer declared that others pull from: after a restart, a deletion or a lost volume it is there again.
import type { ConsumerConfig, JetStreamManager } from '@nats-io/jetstream';
import { declareConsumer } from './nats-consumer.ts';
import type { Floors } from './nats-floors.ts';
import type { Link } from './nats-link.ts';
import type { StreamName } from './topology.ts';

interface KeepOptions {
  manager: JetStreamManager;
  link: Link;
  floors: Floors;
  stream: StreamName;
  config: ConsumerConfig & { durable_name: string };
  log(line: string): void;
}

/** Bounds how long workers outside find nothing to pull from. */
const lookMs = 2_000;

/** Looks again and again until the signal; says once per outage what is wrong. */
export function keepConsumer({ link, log, ...options }: KeepOptions, signal: AbortSignal): void {
  let said = false;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      await link.guard(declareConsumer(options));
      said = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!said) log(`bus: consumer ${options.config.durable_name} of ${options.stream} is not declared (${reason})`);
      said = true;
    } finally {
      looking = false;
    }
  };
  if (signal.aborted) return;
  void look();
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
