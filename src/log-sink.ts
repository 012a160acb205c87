// Where log lines go: never waits for a slow or vanished reader; what does not fit in a bounded buffer is dropped and counted.
import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

export interface LogSink {
  write(line: string): void;
  /** Lines that nobody will read, since the start. */
  dropped(): number;
  /** Resolves when everything is handed over, or after `withinMs`: for the end of the process. */
  flush(withinMs: number): Promise<void>;
}

/** `descriptor`: 1 is standard output. Pipes and sockets are written without waiting, at most `bytesMax` ahead of their readers. */
export function openLogSink(descriptor: number, bytesMax: number): LogSink {
  const kind = fstatSync(descriptor);
  return kind.isFIFO() || kind.isSocket() ? throughSocket(descriptor, bytesMax) : directly(descriptor);
}

/** Files and terminals take what they get. */
function directly(descriptor: number): LogSink {
  let dropped = 0;
  return {
    write(line) {
      try {
        writeSync(descriptor, line);
      } catch {
        // The disk is full, or the terminal is gone.
        dropped += 1;
      }
    },
    dropped: () => dropped,
    flush: async () => {},
  };
}

/** Node's own standard output waits for the reader of a pipe, and everything in the process with it. */
function throughSocket(descriptor: number, bytesMax: number): LogSink {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  let dropped = 0;
  let told = 0;
  let gathered: string[] = [];
  let gatheredChars = 0;
  let scheduled = false;
  socket.on('error', () => {});
  socket.unref();

  /** What came in one turn of the loop leaves in one piece. */
  const hand = (): void => {
    scheduled = false;
    if (gathered.length === 0) return;
    if (socket.destroyed) dropped += gathered.length;
    else socket.write(gathered.join(''));
    gathered = [];
    gatheredChars = 0;
  };
  const push = (line: string): void => {
    gathered.push(line);
    gatheredChars += line.length;
    if (scheduled) return;
    scheduled = true;
    setImmediate(hand);
  };
  return {
    write(line) {
      if (socket.destroyed || socket.writableLength + gatheredChars + line.length > bytesMax) {
        dropped += 1;
        return;
      }
      if (dropped > told) {
        push(
          `${JSON.stringify({ level: 'warn', line: dropped - told, msg: 'log lines were dropped: nobody read them' })}\n`,
        );
        told = dropped;
      }
      push(line);
    },
    dropped: () => dropped,
    async flush(withinMs) {
      hand();
      if (socket.destroyed || socket.writableLength === 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, withinMs);
        socket.write('', () => {
          clearTimeout(late);
          resolve();
        });
      });
    },
  };
}
