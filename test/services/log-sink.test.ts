// A reader of the log that is slow, asleep or gone: nobody waits for it, and what it missed is counted.
import { execFileSync } from 'node:child_process';
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { openLogSink } from '../../src/log-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytesMax = 256 * 1024;
let serial = 0;
/** A pipe that this process holds open at both ends. */
function pipe(): { descriptor: number; path: string } {
  serial += 1;
  const path = join(folder, `pipe-${serial}`);
  execFileSync('mkfifo', [path]);
  return { descriptor: openSync(path, 'r+'), path };
}

test('a pipe that nobody reads holds nobody up; the bound holds, and the rest is counted and said', async () => {
  const { descriptor, path } = pipe();
  const sink = openLogSink(descriptor, bytesMax);
  const log = createLog('info', sink);
  const from = performance.now();
  for (let at = 0; at < 5_000; at += 1) {
    log.info({ line: 'x'.repeat(200) }, 'a line');
    if (at % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(performance.now() - from).toBeLessThan(2_000);
  const dropped = sink.dropped();
  // What fits is a pipe and the buffer; a line is less than 400 bytes.
  expect(dropped).toBeGreaterThan(1_000);
  expect(dropped).toBeLessThan(5_000 - bytesMax / 400);
  const waited = performance.now();
  await sink.flush(200);
  expect(performance.now() - waited).toBeLessThan(1_000);

  let read = '';
  const reader = createReadStream(path, 'utf8').on('data', (text) => {
    read += text;
  });
  await sink.flush(5_000);
  log.info({ line: 'after' }, 'somebody reads again');
  await vi.waitUntil(() => read.includes('somebody reads again'), { timeout: 5_000 });
  reader.destroy();
  const lines = read.trim().split('\n');
  expect(lines.every((line) => line.startsWith('{') && line.endsWith('}'))).toBe(true);
  expect(lines.some((line) => line.includes('dropped') && line.includes(String(dropped)))).toBe(true);
  expect(lines.length).toBe(5_000 - dropped + 2);
});

test('a reader that went away ends nothing', async () => {
  const { descriptor, path } = pipe();
  const writer = openSync(path, 'w');
  const sink = openLogSink(writer, bytesMax);
  sink.write('first\n');
  closeSync(descriptor);
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let at = 0; at < 10; at += 1) {
    sink.write('nobody\n');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sink.flush(500);
  expect(sink.dropped()).toBeGreaterThan(0);
});

test('a file takes every line at once', () => {
  const path = join(folder, 'file');
  const sink = openLogSink(openSync(path, 'a'), bytesMax);
  for (let at = 0; at < 100; at += 1) sink.write(`line ${at}\n`);
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(101);
  expect(sink.dropped()).toBe(0);
});
