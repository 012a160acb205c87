// Health and metrics as orchestrators and Prometheus read them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLocalBus } from '../../src/bus/local.ts';
import { type Api, openApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

let api: Api;
let stopping = false;
let busFails: (() => Promise<void>) | null = null;
beforeAll(async () => {
  const bus = createLocalBus({ log: () => {}, reason: 'a test' });
  api = await openApi({
    bus: { ...bus, checkHealth: () => (busFails ? busFails() : bus.checkHealth()) },
    stopping: () => stopping,
  });
});
afterAll(async () => api[Symbol.asyncDispose]());

describe('/readyz', () => {
  test('names the database and the bus', async () => {
    expect(await api.request('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', bus: 'local', checks: { stopping: 'ok', database: 'ok', bus: 'ok' } },
    });
  });

  test('is 503 while the bus cannot be used, and says nothing of its insides', async () => {
    busFails = async () => {
      throw new Error('nats://interlock:secret@10.0.0.1:4222 refused');
    };
    const answer = await api.request('/readyz');
    busFails = null;
    expect(answer).toMatchObject({ status: 503, body: { status: 'not_ready', checks: { database: 'ok' } } });
    expect(answer.body.checks.bus).not.toBe('ok');
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.text).not.toMatch(/secret|10\.0\.0\.1/);
    expect((await api.request('/healthz')).status).toBe(200);
    expect((await api.request('/readyz')).status).toBe(200);
  });

  test('waits no longer than two seconds for a bus that does not answer', { timeout: 10_000 }, async () => {
    busFails = () => new Promise(() => {});
    const from = performance.now();
    const answer = await api.request('/readyz');
    busFails = null;
    expect(answer).toMatchObject({ status: 503, body: { checks: { bus: 'no answer within 2 s' } } });
    expect(performance.now() - from).toBeLessThan(4_000);
  });

  test('is 503 from the first sign of stopping, while the process still lives', async () => {
    stopping = true;
    const [ready, healthy] = [await api.request('/readyz'), await api.request('/healthz')];
    stopping = false;
    expect(ready.status).toBe(503);
    expect(ready.body.checks.stopping).not.toBe('ok');
    expect(healthy.status).toBe(200);
  });

  test('is 503 without a database', async () => {
    const database = await createTestDatabase();
    const lost = await openApi({ connectionString: database.connectionString });
    expect((await lost.request('/readyz')).status).toBe(200);
    await database.drop();
    const answer = await lost.request('/readyz');
    expect(answer).toMatchObject({ status: 503, body: { checks: { bus: 'ok' } } });
    expect(answer.body.checks.database).not.toBe('ok');
    await lost[Symbol.asyncDispose]();
  });
});

describe('/metrics', () => {
  test('is in the text format, line by line', async () => {
    api.service.context.metrics.rejected('a"quote\\and\nline');
    await api.request('/nowhere');
    const { text, type } = await api.request('/metrics');
    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    const families = parsePrometheus(text);
    const names = [...families.keys()];
    expect(names.filter((name) => !/^(interlock|process|nodejs)_[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(names).toContain('interlock_http_request_seconds');
    const rejected = families.get('interlock_requests_rejected_total')?.samples ?? [];
    expect(rejected.map((one) => one.labels.code)).toContain('a"quote\\and\nline');
    expect(rejected.find((one) => one.labels.code === 'not_found')?.value).toBeGreaterThan(0);
    // Counters say so in their names, and never their labels hold an address.
    for (const [name, family] of families) {
      if (name.startsWith('interlock_') && family.type === 'counter') expect(name).toMatch(/_total$/);
      for (const { labels } of family.samples) expect(labels.route ?? '').not.toContain('nowhere');
    }
  });
});

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}
interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

/** The Prometheus text format 0.0.4. Throws, naming the line, at whatever a scraper would refuse. */
function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line must end with a line feed');
  const families = new Map<string, Family>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (line.startsWith('#')) {
      const [, keyword, name = '', rest = ''] = comment ?? [];
      if (!keyword) continue;
      const family = families.get(name) ?? { type: '', help: '', samples: [] };
      if (family.samples.length > 0) throw new Error(`${keyword} after samples: ${line}`);
      if (keyword === 'TYPE' && !/^(counter|gauge|histogram|summary|untyped)$/.test(rest)) throw new Error(line);
      families.set(name, { ...family, ...(keyword === 'TYPE' ? { type: rest } : { help: rest }) });
      continue;
    }
    const [, name = '', , labels = '', value = ''] =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)( -?\d+)?$/.exec(line) ?? [];
    const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, '')) ?? null;
    if (!family || family.type === '' || family.help === '') throw new Error(`No HELP and TYPE before: ${line}`);
    if (!/^[+-]?(Inf|\d+(\.\d+)?([eE][+-]?\d+)?)$|^NaN$/.test(value)) throw new Error(`No number: ${line}`);
    family.samples.push({ name, labels: parseLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name, value] = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) throw new Error(`Bad labels: ${text}`);
    if (name in labels) throw new Error(`The label ${name} twice: ${text}`);
    labels[name] = value.replaceAll(/\\([\\"n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
    rest = rest.slice(whole.length);
  }
  return labels;
}
