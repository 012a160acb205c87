// Prometheus metrics: base units, few labels, never an id or anything personal.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { limits } from '../core/limits.ts';

export interface Metrics {
  registry: Registry;
  accepted(events: number, ms: number): void;
  disposition(disposition: string, machine: string, count: number): void;
  attempt(connection: string, outcome: string): void;
  rejected(code: string): void;
  resultRejected(): void;
  publishFailed(): void;
  feedLost(): void;
  request(route: string, method: string, status: number, seconds: number): void;
  shed(): void;
  unknownElements(connection: string, count: number): void;
  unknownFields(connection: string, kind: 'unmapped' | 'unreadable', count: number): void;
  /** A file that came or went, by what became of it. */
  file(connection: string, outcome: string, rows: number): void;
  echoNearMiss(connection: string, reason: 'again' | 'older'): void;
  /** Age of the oldest row of the log that no checkpoint covers, seconds. */
  sealLag(seconds: number): void;
  /** How many signs were found at the start that the database is another, or went back. */
  databaseNotices(count: number): void;
  /** A figure that somebody else keeps, read when it is asked for; a name that ends in `_total` only grows. */
  follow(
    name: string,
    help: string,
    labelNames: string[],
    read: () => { labels?: Record<string, string>; value: number }[],
  ): void;
  /** 95th percentile of the accepts of the last 5 s, ms: a sign to shed load. */
  acceptP95Ms(): number;
  /** What an event takes while many come at once, ms; NaN until some did. */
  acceptMsPerEvent(): number;
}

const recentMs = 5_000;

/** The mean of the last ten or so. */
const meanWith = (mean: number, value: number): number => (Number.isNaN(mean) ? value : mean + (value - mean) / 10);

/** `ofProcess`: those of Node too, which measure from now on to the end of the process, once for every call. */
export function createMetrics({ ofProcess = true }: { ofProcess?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const events = counter('interlock_events_total', 'Events by what they ended in', ['disposition', 'machine']);
  const attempts = counter('interlock_writeback_attempts_total', 'Attempts at writebacks by outcome', [
    'connection',
    'outcome',
  ]);
  const rejected = counter('interlock_requests_rejected_total', 'Requests refused before anything was recorded', [
    'code',
  ]);
  const results = counter('interlock_results_rejected_total', 'Results that belong to no attempt');
  const publishes = counter(
    'interlock_publish_failures_total',
    'Commands that the bus did not take; the sweeper drives them again',
  );
  const feed = counter('interlock_feed_lost_total', 'Facts that could not be published to the feed');
  const shed = counter('interlock_requests_shed_total', 'Requests answered 503 because of load');
  const nearMisses = counter(
    'interlock_echo_near_misses_total',
    'Vendor events with the value of a write of ours that were not taken for its echo',
    ['connection', 'reason'],
  );
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const sealLag = gauge('interlock_seal_lag_seconds', 'Age of the oldest transition that no checkpoint covers');
  const notices = gauge('interlock_database_notices', 'Signs that the database is another one, or went back');
  const batch = new Histogram({
    name: 'interlock_accept_batch_events',
    help: 'Events per transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [registry],
  });
  const accept = new Histogram({
    name: 'interlock_accept_seconds',
    help: 'From batch start to commit',
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  gauge('interlock_up', 'The process runs').set(1);
  let msPerEvent = Number.NaN;
  const recent: { ms: number; at: number }[] = [];
  return {
    registry,
    accepted(count, ms) {
      batch.observe(count);
      accept.observe(ms / 1000);
      // A few that come alone share their transaction with nobody: they say nothing of what a crowd takes.
      if (count >= limits.gatherEventsMin) msPerEvent = meanWith(msPerEvent, ms / count);
      recent.push({ ms, at: performance.now() });
      if (recent.length > 100) recent.shift();
    },
    disposition: (disposition, machine, count) => events.inc({ disposition, machine }, count),
    attempt: (connection, outcome) => attempts.inc({ connection, outcome }),
    rejected: (code) => rejected.inc({ code }),
    resultRejected: () => results.inc(),
    publishFailed: () => publishes.inc(),
    feedLost: () => feed.inc(),
    ...requestsIn(registry),
    shed: () => shed.inc(),
    ...unknownIn(registry),
    ...filesIn(registry),
    echoNearMiss: (connection, reason) => nearMisses.inc({ connection, reason }),
    follow: followIn(registry),
    sealLag: (seconds) => sealLag.set(seconds),
    databaseNotices: (count) => notices.set(count),
    acceptMsPerEvent: () => msPerEvent,
    acceptP95Ms() {
      // Only the last seconds count: while load is shed nothing new is measured, and old slowness must not shed for ever.
      const since = performance.now() - recentMs;
      const taken = recent.filter((one) => one.at > since).map((one) => one.ms);
      return taken.sort((a, b) => a - b)[Math.floor(taken.length * 0.95)] ?? 0;
    },
  };
}

/** Looked up once for each route, method and status: otherwise the labels of every request are hashed anew. */
function requestsIn(registry: Registry): Pick<Metrics, 'request'> {
  const requests = new Histogram({
    name: 'interlock_http_request_seconds',
    help: 'HTTP requests',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  const known = new Map<string, { observe(seconds: number): void }>();
  return {
    request(route, method, status, seconds) {
      const key = `${method} ${status} ${route}`;
      const found = known.get(key) ?? requests.labels({ route, method, status: String(status) });
      known.set(key, found);
      found.observe(seconds);
    },
  };
}

/** What vendors send and the dictionary keeps out. */
function unknownIn(registry: Registry): Pick<Metrics, 'unknownElements' | 'unknownFields'> {
  const registers = [registry];
  const elements = new Counter({
    name: 'interlock_unknown_elements_total',
    help: 'Elements in vendor payloads that the dictionary does not know',
    labelNames: ['connection'],
    registers,
  });
  const fields = new Counter({
    name: 'interlock_unknown_fields_total',
    help: 'Fields in vendor payloads that nobody has mapped, or that could not be read; kept out',
    labelNames: ['connection', 'kind'],
    registers,
  });
  return {
    unknownElements: (connection, count) => elements.inc({ connection }, count),
    unknownFields: (connection, kind, count) => fields.inc({ connection, kind }, count),
  };
}

/** Files by what became of them, their rows, and when the last one came. */
function filesIn(registry: Registry): Pick<Metrics, 'file'> {
  const registers = [registry];
  const labelNames = ['connection', 'outcome'];
  const files = new Counter({
    name: 'interlock_files_total',
    help: 'Files by what became of them',
    labelNames,
    registers,
  });
  const rows = new Counter({ name: 'interlock_file_rows_total', help: 'Rows of those files', labelNames, registers });
  const last = new Gauge({
    name: 'interlock_file_last_timestamp_seconds',
    help: 'When a file last ended so',
    labelNames,
    registers,
  });
  return {
    file(connection, outcome, count) {
      files.inc({ connection, outcome });
      rows.inc({ connection, outcome }, count);
      last.set({ connection, outcome }, Date.now() / 1_000);
    },
  };
}

/** Read when somebody asks for the metrics, not before. */
const followIn =
  (registry: Registry): Metrics['follow'] =>
  (name, help, labelNames, read) => {
    const Kind = name.endsWith('_total') ? Counter : Gauge;
    new Kind({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, value } of read()) this.inc(labels ?? {}, value);
      },
    });
  };
