// What the simulated vendors saved and what of their webhooks was received, kept small: 18 bytes a write, and ids in a file.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { WriteLogEntry } from '../../../src/sandbox/kernel/write-log.ts';
import type { Rig } from '../rig/rig.ts';

export interface VendorLogs {
  /** Everything that happened to one Greenhouse application, oldest first. */
  ofApplication(id: string): WriteLogEntry[];
  writes(): number;
  /** Lines of source and id, one for each webhook that was answered as received and must be on record. */
  receivedFile: string;
  received(): number;
  /** Resolves when the webhook about a new application was answered as received. */
  arrived(application: string): Promise<void>;
  close(): void;
}

const recorded = [
  'new_candidate_application',
  'candidate_stage_change',
  'reject_candidate',
  'unreject_candidate',
  'hire_candidate',
].map((action) => `{"action":"${action}"`);

const arrival = recorded[0] ?? '';

/** From now on the rig's simulators hand over their logs instead of keeping them. */
export function keepVendorLogs(rig: Rig, receivedFile: string): VendorLogs {
  const { greenhouse, bamboohr, screening } = rig.vendors;
  const log = createCompactLog();
  greenhouse.log.handOver(log.append);
  for (const vendor of [bamboohr, screening]) vendor.log.handOver(() => {});
  const file = openSync(receivedFile, 'w');
  let lines: string[] = [];
  let count = 0;
  const awaited = new Map<string, () => void>();
  const flush = (): void => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
    lines = [];
  };
  const note = (source: string, id: string): void => {
    count += 1;
    lines.push(`${source}\t${id}`);
    if (lines.length >= 1_000) flush();
  };
  greenhouse.webhooks?.tune({
    keep: ({ id, body }) => {
      if (recorded.some((start) => body.startsWith(start))) note('connection:greenhouse', id);
      if (!body.startsWith(arrival)) return;
      const application = /"id":(\d+)/.exec(body)?.[1] ?? '';
      awaited.get(application)?.();
      awaited.delete(application);
    },
  });
  screening.webhooks?.tune({ keep: ({ id }) => note('connection:screening', id) });
  bamboohr.webhooks?.tune({ keep: () => {} });
  return {
    ofApplication: log.of,
    writes: log.length,
    receivedFile,
    received: () => count,
    arrived: (application) => new Promise((resolve) => awaited.set(application, resolve)),
    close() {
      flush();
      closeSync(file);
    },
  };
}

interface CompactLog {
  append(entry: WriteLogEntry): void;
  of(object: string): WriteLogEntry[];
  length(): number;
}

/** Entries of one object are linked backwards; words are few and kept once. */
export function createCompactLog(): CompactLog {
  const words: (string | null)[] = [];
  const numbers = new Map<string | null, number>();
  const last = new Map<string, number>();
  let times = new Float64Array(1_024);
  let before = new Int32Array(1_024);
  let facts = new Uint16Array(3 * 1_024);
  let length = 0;
  const wordNumber = (word: string | null): number => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    if (words.length > 65_535) throw new Error('The vendor says too many different things for a compact log.');
    numbers.set(word, words.length);
    words.push(word);
    return words.length - 1;
  };
  const grow = (): void => {
    times = grown(times, new Float64Array(times.length * 2));
    before = grown(before, new Int32Array(before.length * 2));
    facts = grown(facts, new Uint16Array(facts.length * 2));
  };
  return {
    append({ at, object, from, to, by }) {
      if (length === times.length) grow();
      times[length] = at;
      before[length] = last.get(object) ?? -1;
      facts.set([wordNumber(from), wordNumber(to), by === 'hand' ? 1 : 0], length * 3);
      last.set(object, length);
      length += 1;
    },
    of(object) {
      const entries: WriteLogEntry[] = [];
      for (let at = last.get(object) ?? -1; at >= 0; at = before[at] ?? -1)
        entries.push({
          at: times[at] ?? 0,
          object,
          from: words[facts[at * 3] ?? 0] ?? null,
          to: words[facts[at * 3 + 1] ?? 0] ?? '',
          by: facts[at * 3 + 2] === 1 ? 'hand' : 'api',
        });
      return entries.reverse();
    },
    length: () => length,
  };
}

function grown<T extends Float64Array | Int32Array | Uint16Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
