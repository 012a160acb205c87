// Files: how they are read, refused and written, in a folder of this machine and on a real SFTP server.

import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileDrop } from '../../src/adapters/file-drop/index.ts';
import { type FileDropSettings, settingsSchema } from '../../src/adapters/file-drop/settings.ts';
import { cellsOf, renderFile } from '../../src/adapters/file-drop/write-file.ts';
import type { FileExchange, FileRow, HandedOver, Place } from '../../src/adapters/files.ts';
import type { VendorContext, Work } from '../../src/adapters/port.ts';
import { limits } from '../../src/core/limits.ts';
import { openVault } from '../../src/services/vault.ts';
import { mappingOf } from '../support/mappings.ts';
import { type SftpServer, startSftpServer } from '../support/sftp-server.ts';

const files = fileDrop.files as FileExchange<FileDropSettings>;
const stages = { 'active.screening': 'TEST', 'active.interview': 'INTERVIEW', hired: 'HIRED' };
const plain = {
  place: { kind: 'folder', path: 'acme' },
  speaksAs: 'ats',
  delimiter: ';',
  stages,
  inbound: {
    columns: { reference: 'id', stage: 'status', moment: 'since' },
    fields: { 'candidate.firstName': 'first' },
  },
};
const settings = (more: Record<string, unknown> = {}): FileDropSettings => settingsSchema.parse({ ...plain, ...more });
const inboundWith = (more: Record<string, unknown>): FileDropSettings =>
  settings({ inbound: { ...plain.inbound, ...more } });

const inspect = (content: string | Buffer, given = settings()) =>
  files.inspect(Readable.from([Buffer.from(content)]), given);
async function rows(content: string | Buffer, given = settings()): Promise<FileRow[]> {
  const found: FileRow[] = [];
  for await (const row of files.rows(Readable.from([Buffer.from(content)]), given)) found.push(row);
  return found;
}
const header = 'id;status;since;first\r\n';
const line = 'A1;TEST;2026-01-05T10:00:00Z;Kim\r\n';

describe('a file is read', () => {
  test('with a byte order mark, quoted line breaks, quotes and the separator within cells', async () => {
    const text = `\uFEFF${header}"A;1";TEST;2026-01-05T10:00:00Z;"Kim ""K""\r\nsecond"\r\n`;
    expect(await inspect(text)).toMatchObject({ rows: 1, held: null, bytes: Buffer.byteLength(text) });
    expect(await rows(text)).toMatchObject([
      {
        kind: 'row',
        reference: 'A;1',
        stage: 'TEST',
        moment: '2026-01-05T10:00:00.000Z',
        cells: { first: 'Kim "K"\r\nsecond' },
      },
    ]);
  });

  test.each([
    [',', ','],
    ['tab', '\t'],
  ])('with %s between cells', async (_, delimiter) => {
    const text = (header + line).replaceAll(';', delimiter);
    expect(await rows(text, settings({ delimiter }))).toMatchObject([{ kind: 'row', reference: 'A1' }]);
  });

  test('in windows-1252 where that was declared', async () => {
    const text = Buffer.from(`${header}A1;TEST;2026-01-05T10:00:00Z;J\xfcrgen \x80\r\n`, 'latin1');
    expect(await rows(text, settings({ encoding: 'windows-1252' }))).toMatchObject([{ cells: { first: 'Jürgen €' } }]);
  });

  test('in pieces that cut characters and line ends', async () => {
    const bytes = Buffer.from(`${header}A1;TEST;2026-01-05T10:00:00Z;Jürgen\r\n`.repeat(1));
    const pieces = Array.from(bytes, (byte) => Buffer.of(byte));
    const found: FileRow[] = [];
    for await (const row of files.rows(Readable.from(pieces), settings())) found.push(row);
    expect(found).toMatchObject([{ kind: 'row', cells: { first: 'Jürgen' } }]);
  });

  test('with times in a pattern and a zone, as local offices write them', async () => {
    const given = inboundWith({ moment: { formats: ['DD.MM.YYYY HH:mm'], zone: 'Europe/Berlin' } });
    expect(await rows(`${header}A1;TEST;05.07.2026 10:00;Kim\r\n`, given)).toMatchObject([
      { moment: '2026-07-05T08:00:00.000Z' },
    ]);
  });

  test('as it is needed, and no further: what is taken of it does not fill the memory', async () => {
    let produced = 0;
    const big = function* (): Generator<Buffer> {
      yield Buffer.from(header);
      for (; produced < 10_000; produced += 1)
        yield Buffer.from(`A${produced};TEST;2026-01-05T10:00:00Z;${'x'.repeat(5_000)}\r\n`);
    };
    const content = Readable.from(big());
    const reading = files.rows(content, settings())[Symbol.asyncIterator]();
    for (let taken = 0; taken < 50; taken += 1) expect((await reading.next()).value).toMatchObject({ kind: 'row' });
    expect(produced).toBeLessThan(500);
    await reading.return?.();
    expect(content.destroyed).toBe(true);
  });
});

describe('a whole file is held back', () => {
  const cases: [string, string | Buffer, Record<string, unknown>, Record<string, unknown>][] = [
    [
      'a column is missing, or was renamed',
      header.replace('status', 'state') + line,
      {},
      { code: 'columns_missing', columns: ['status'] },
    ],
    [
      'a column is there twice',
      header.replace('first', 'first;status'),
      {},
      { code: 'columns_twice', columns: ['status'] },
    ],
    [
      'it is not in the encoding',
      Buffer.from(`${header}A1;TEST;2026-01-05T10:00:00Z;J\xfcrgen\r\n`, 'latin1'),
      {},
      { code: 'wrong_encoding' },
    ],
    ['it is UTF-16', Buffer.from(`\uFEFF${header}${line}`, 'utf16le'), {}, { code: 'wrong_encoding' }],
    [
      'it is UTF-8 and windows-1252 was declared',
      `${header}A1;TEST;2026-01-05T10:00:00Z;Jürgen\r\n`,
      { encoding: 'windows-1252' },
      { code: 'wrong_encoding' },
    ],
    ['a quote does not end', `${header}A1;TEST;2026-01-05T10:00:00Z;"Kim\r\n`, {}, { code: 'truncated' }],
    ['a quote ends within a cell', `${header}A1;TEST;2026-01-05T10:00:00Z;"K"im\r\n`, {}, { code: 'bad_quotes' }],
    ['the last line breaks off', `${header}${line}A2;TE`, {}, { code: 'truncated', line: 3 }],
    [
      'a line is endless',
      `${header}A1;TEST;2026-01-05T10:00:00Z;${'x'.repeat(limits.fileLineCharsMax)}\r\n`,
      {},
      { code: 'line_too_long' },
    ],
    ['the separator is another', (header + line).replaceAll(';', ','), {}, { code: 'columns_missing' }],
  ];
  test.each(cases)('when %s', async (_, content, more, held) => {
    expect((await inspect(content, settings(more))).held).toMatchObject(held);
  });

  test('and the columns that are named are those of the settings alone: a first line may hold people', async () => {
    const { held } = await inspect('Maria;da Silva;2026;x\r\nKim;Berg;2026;y\r\n');
    expect(held?.columns).toEqual(['id', 'status', 'since', 'first']);
  });

  test('until its trailer is there, and counts as many rows as there are', async () => {
    const given = inboundWith({ complete: { by: 'trailer', word: 'END' } });
    expect((await inspect(header + line, given)).held).toEqual({ code: 'trailer_missing' });
    expect((await inspect(`${header}${line}END;2\r\n`, given)).held).toEqual({ code: 'trailer_count' });
    expect((await inspect(`${header}${line}END;1\r\n${line}`, given)).held).toEqual({ code: 'trailer_missing' });
    expect(await inspect(`${header}${line}END;1\r\n`, given)).toMatchObject({ held: null, rows: 1 });
    expect(await rows(`${header}${line}END;1\r\n`, given)).toHaveLength(1);
  });

  test('but not for its last line lacking its end alone', async () => {
    expect(await inspect(header + line.trimEnd())).toMatchObject({ held: null, rows: 1 });
  });
});

test.each([
  ['columns_missing', 'A1;TEST'],
  ['columns_extra', 'A1;TEST;2026-01-05T10:00:00Z;Kim;more'],
  ['reference_missing', ' ;TEST;2026-01-05T10:00:00Z;Kim'],
  ['stage_missing', 'A1;;2026-01-05T10:00:00Z;Kim'],
  ['moment_unreadable', 'A1;TEST;yesterday;Kim'],
  ['moment_unreadable', 'A1;TEST;2026-02-30T10:00:00Z;Kim'],
])('a row is left out as %s, with its line and nothing else', async (code, bad) => {
  const found = await rows(`${header}${line}${bad}\r\n${line}`);
  expect(found.map((row) => row.kind)).toEqual(['row', 'fault', 'row']);
  expect(found[1]).toEqual({ kind: 'fault', line: 3, code });
});

describe('what a row is', () => {
  const translated = (row: FileRow, given = settings()) =>
    fileDrop.translate(files.payload(row as Extract<FileRow, { kind: 'row' }>, 'ab'.repeat(16)), {
      connection: 'legacy',
      settings: given,
      mapping: mappingOf('file-drop'),
      headers: {},
      receivedAt: 0,
    });

  test('an identity that columns nobody reads do not change, and that any other does', async () => {
    const extended = header.replace('first', 'first;run');
    const identities = await Promise.all(
      ['Kim;1', 'Kim;2', 'Kira;2'].map(async (end) => {
        const [row] = await rows(`${extended}A1;TEST;2026-01-05T10:00:00Z;${end}\r\n`);
        return row?.kind === 'row' ? row.identity : '';
      }),
    );
    expect(identities[0]).toBe(identities[1]);
    expect(identities[1]).not.toBe(identities[2]);
  });

  test('a claim of all states that the stage stands for, with the elements of its columns', async () => {
    const [row] = await rows(header + line);
    expect(translated(row as FileRow)).toEqual([
      {
        kind: 'event',
        externalId: `row:${'ab'.repeat(16)}`,
        machine: 'application',
        ref: 'A1',
        by: 'ats',
        claim: { kind: 'stage', targets: ['active.screening'] },
        occurredAt: '2026-01-05T10:00:00.000Z',
        data: { 'candidate.firstName': 'Kim' },
      },
    ]);
  });

  test('kept out where a column is not mapped, and told of', async () => {
    const [row] = await rows(`${header.replace('first', 'first;run')}A1;TEST;2026-01-05T10:00:00Z;Kim;7\r\n`);
    expect(translated(row as FileRow)).toMatchObject([{ unknown: ['/row/run'] }]);
  });

  test('never guessed: another stage is quarantined', async () => {
    const [row] = await rows(`${header}A1;Testing;2026-01-05T10:00:00Z;Kim\r\n`);
    expect(translated(row as FileRow)).toMatchObject([
      { kind: 'quarantined', reason: 'unknown_stage', stage: 'Testing' },
    ]);
    expect(translated(row as FileRow, settings({ sameAs: { Testing: 'TEST' } }))).toMatchObject([{ kind: 'event' }]);
  });

  test.each([null, 7, 'x', [], {}, { id: 'x', row: {} }, { id: 'ab'.repeat(16), said: {}, row: {} }])(
    'and no row is %j',
    (payload) => {
      const mapping = mappingOf('file-drop');
      const context = { connection: 'l', mapping, settings: settings(), headers: {}, receivedAt: 0 };
      const [said] = fileDrop.translate(payload, context);
      expect(said).toMatchObject({ kind: 'quarantined', reason: 'row_not_understood' });
    },
  );
});

const outgoing = {
  outbound: {
    states: ['active'],
    fields: {
      'candidate.firstName': 'first',
      'offer.startDate': { field: 'start', codec: 'date', with: { formats: ['DD.MM.YYYY'] } },
    },
    proof: { by: 'answers' },
  },
};
const work = (more: Partial<Work> = {}): Work => ({
  writeback: 'wrb_1',
  attempt: 1,
  machine: 'application',
  ref: 'A1',
  eventType: 'interview.requested',
  targetState: 'active.interview.requested',
  previousState: null,
  expectedStates: [],
  lastWritten: null,
  occurredAt: '2026-01-05T10:00:00.000Z',
  overwrites: [],
  elements: { 'candidate.firstName': 'Kim', 'offer.startDate': '2027-01-04' },
  subject: 'sub_1',
  version: 3,
  ...more,
});

describe('a row of ours', () => {
  const cells = (more: Partial<Work> = {}, extra: Record<string, unknown> = {}) =>
    cellsOf(work(more), 'A1', settings({ ...outgoing, ...extra }), mappingOf('file-drop'));

  test('has the id of the writeback, their word for the stage, and values by their codecs', () => {
    expect(cells()).toEqual(['wrb_1', 'A1', 'INTERVIEW', '2026-01-05T10:00:00.000Z', 'Kim', '04.01.2027']);
  });

  test('is refused rather than written otherwise than it is meant', () => {
    expect(cells({ elements: { 'candidate.firstName': 'Łukasz' } }, { encoding: 'windows-1252' })).toBeNull();
    expect(cells({ elements: { 'candidate.firstName': 'Jürgen €' } }, { encoding: 'windows-1252' })).not.toBeNull();
    expect(cells({ targetState: 'active.offer.extended' })).toBeNull();
  });

  test.each(['=1+1', '+49 30', '-5', '@x', '\tx', '\rx'])(
    'that a spreadsheet would carry out is guarded: %j',
    (text) => {
      const row = [['wrb_1', 'A1', 'INTERVIEW', '', text, '']];
      const guarded = parse(renderFile(row, settings(outgoing)), { delimiter: ';' });
      expect(guarded[1]?.[4]).toBe(`'${text}`);
      const bare = { outbound: { ...outgoing.outbound, guardFormulas: false } };
      expect(parse(renderFile(row, settings(bare)), { delimiter: ';' })[1]?.[4]).toBe(text);
    },
  );

  test('reads back as it was written, whatever is in it', () => {
    const odd = ['wrb_1', 'A;1', 'say "yes"', 'two\r\nlines', ' spaces ', 'Ωmega'];
    const [names, row] = parse(renderFile([odd], settings(outgoing)), { delimiter: ';' });
    expect(names).toEqual(['row_id', 'reference', 'stage', 'moment', 'first', 'start']);
    expect(row).toEqual(odd);
  });
});

describe('what became of a row', () => {
  const given = settings(outgoing);
  const told = async (
    known: Partial<HandedOver> | null,
    more: Partial<FileDropSettings> = {},
    mode: 'apply' | 'confirm' = 'confirm',
    change: Partial<Work> = {},
  ) => {
    const queued: unknown[] = [];
    const whole: HandedOver | null = known && {
      state: 'written',
      attempt: 1,
      dueInMs: 0,
      writtenForMs: 1_000,
      answer: null,
      shows: null,
      ...known,
    };
    const context = {
      connection: 'legacy',
      settings: { ...given, ...more },
      mapping: mappingOf('file-drop'),
      secrets: {},
      http: { request: () => Promise.reject(new Error('nobody calls')) },
      files: {
        root: null,
        allowPrivateAddresses: false,
        ledger: {
          find: async () => whole,
          async queue(row: unknown) {
            queued.push(row);
            return {
              state: 'queued',
              attempt: 2,
              dueInMs: 60_000,
              writtenForMs: null,
              answer: null,
              shows: null,
            } as const;
          },
        },
      },
      signal: new AbortController().signal,
    } satisfies VendorContext<FileDropSettings>;
    const { outcome } = await fileDrop[mode](work({ attempt: mode === 'apply' ? 2 : 1, ...change }), context);
    return { outcome, queued: queued.length };
  };

  test('is accepted while it waits, and while its proof may come', async () => {
    expect(await told(null, {}, 'apply')).toEqual({ outcome: { kind: 'accepted', afterMs: 61_000 }, queued: 1 });
    expect(await told({}, {}, 'apply')).toMatchObject({ outcome: { kind: 'accepted' }, queued: 0 });
    expect(await told({})).toMatchObject({ outcome: { kind: 'accepted' } });
  });

  test('is confirmed by an answer, or by what the system shows, and by nothing else', async () => {
    expect((await told({ answer: { accepted: true, code: null } })).outcome).toEqual({ kind: 'confirmed' });
    expect((await told({ shows: ['active.interview'] })).outcome).toEqual({ kind: 'confirmed' });
    expect((await told({ shows: ['active.screening'] })).outcome.kind).toBe('accepted');
    expect((await told({ answer: { accepted: false, code: 'no_such_id' } })).outcome).toEqual({
      kind: 'refused',
      reason: 'row_refused_no_such_id',
    });
  });

  test.each(['ada@example.com', '+49 170 1234567', 'Ada Lovelace'])(
    'is refused where the id was %s: no system finds what stands for it',
    async (id) => {
      const ref = openVault(Buffer.alloc(32, 7)).impersonalId('legacy', id);
      for (const mode of ['apply', 'confirm'] as const)
        expect(await told(null, {}, mode, { ref })).toEqual({
          outcome: { kind: 'refused', reason: 'ref_names_person' },
          queued: 0,
        });
      expect(await told(null, {}, 'apply', { ref: 'hmac-4711' })).toMatchObject({ queued: 1 });
    },
  );

  test('is contradicted when its time is over, and goes out again, under the same id', async () => {
    const late = { writtenForMs: 49 * 3_600_000, shows: ['active.screening'] };
    expect((await told(late)).outcome).toEqual({ kind: 'contradicted', seen: 'active.screening' });
    expect(await told(late, {}, 'apply')).toMatchObject({ outcome: { kind: 'accepted' }, queued: 1 });
  });

  test('is delivered, never confirmed, where nothing proves anything', async () => {
    const unproven = settings({ outbound: { states: ['active'], proof: { by: 'nothing' } } });
    expect((await told({}, unproven)).outcome).toEqual({ kind: 'delivered' });
    expect((await told({ state: 'queued', writtenForMs: null }, unproven)).outcome.kind).toBe('accepted');
  });

  test('is tried again when no file could be written', async () => {
    const { outcome } = await told({ state: 'queued', writtenForMs: null, dueInMs: -120_000 });
    expect(outcome).toMatchObject({ kind: 'retryable', reason: 'file_not_written' });
  });
});

test('answers count line by line, only in words that were agreed, and never half a line', async () => {
  const answers = (text: string) => files.answers(Readable.from([Buffer.from(text)]), settings(outgoing));
  expect(await answers('row_id;result\na;ok\nb;error\nc;perhaps\nd;o')).toEqual([
    { row: 'a', accepted: true, code: null },
    { row: 'b', accepted: false, code: null },
  ]);
  expect(await answers('row_id;result\na;ok')).toEqual([]);
  expect(await answers('')).toEqual([]);
});

describe('settings are refused', () => {
  test.each([
    ['a path with dots', { place: { kind: 'folder', path: '../etc' } }],
    ['an absolute path', { place: { kind: 'folder', path: '/etc' } }],
    ['a hidden folder', { place: { kind: 'folder', path: 'acme/.ssh' } }],
    ['a server without its host key', { place: { kind: 'sftp', host: 'files.example', username: 'u', path: '/drop' } }],
    ['neither side', { inbound: undefined }],
    ['one folder for both', { ...outgoing, outbound: { ...outgoing.outbound, folder: 'in' } }],
    [
      'files as proof where none come in',
      { inbound: undefined, outbound: { states: ['active'], proof: { by: 'inbound' } } },
    ],
    ['one column with two meanings', { inbound: { columns: { reference: 'id', stage: 'id', moment: 'since' } } }],
    ['a time without its zone', { inbound: { ...plain.inbound, moment: { formats: ['DD.MM.YYYY HH:mm'] } } }],
  ])('for %s', (_, more) => {
    expect(settingsSchema.safeParse({ ...plain, ...more }).success).toBe(false);
  });

  test('for elements that the dictionary does not know, or cannot be written so', () => {
    const wrong = inboundWith({ fields: { 'candidate.shoeSize': 'size' } });
    expect(files.problems(wrong, mappingOf('file-drop'))).toMatchObject([
      { pointer: '/settings/inbound/fields/candidate.shoeSize' },
    ]);
    expect(files.problems(settings(outgoing), mappingOf('file-drop'))).toEqual([]);
  });
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'interlock-files-'));
  await mkdir(join(root, 'acme', 'in'), { recursive: true });
  await mkdir(join(root, 'acme', 'out'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const contextFor = (given: FileDropSettings, secrets: Record<string, string> = {}, allowPrivateAddresses = true) =>
  ({
    connection: 'legacy',
    settings: given,
    secrets,
    http: { request: () => Promise.reject(new Error('nobody calls')) },
    files: {
      root,
      allowPrivateAddresses,
      ledger: { find: async () => null, queue: () => Promise.reject(new Error()) },
    },
    mapping: mappingOf('file-drop'),
    signal: AbortSignal.timeout(10_000),
  }) satisfies VendorContext<FileDropSettings>;
const open = (...given: Parameters<typeof contextFor>): Promise<Place> => files.open(contextFor(...given));

async function content(place: Place, folder: string, name: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of await place.read(folder, name)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

/** What both kinds of place must do alike. */
async function behaves(place: Place): Promise<void> {
  await writeFile(join(root, 'acme/in/a.csv'), 'one');
  expect((await place.list('in')).find((one) => one.name === 'a.csv')).toMatchObject({ bytes: 3 });
  expect(await content(place, 'in', 'a.csv')).toBe('one');
  expect(await place.rename({ folder: 'in', name: 'a.csv' }, { folder: 'in/done', name: 'a.csv' })).toBe('renamed');
  expect(await place.rename({ folder: 'in', name: 'a.csv' }, { folder: 'in/done', name: 'a.csv' })).toBe('missing');
  await writeFile(join(root, 'acme/in/a.csv'), 'two');
  expect(await place.rename({ folder: 'in', name: 'a.csv' }, { folder: 'in/done', name: 'a.csv' })).toBe('taken');
  expect(await readFile(join(root, 'acme/in/done/a.csv'), 'utf8')).toBe('one');
  await place.write('out', '.b.csv.part', Buffer.from('three'));
  expect((await place.list('out')).map((one) => one.name)).toEqual([]);
  expect(await place.rename({ folder: 'out', name: '.b.csv.part' }, { folder: 'out', name: 'b.csv' })).toBe('renamed');
  expect(await content(place, 'out', 'b.csv')).toBe('three');
  expect(await place.has('out', 'b.csv')).toBe(true);
  await expect(place.read('in', 'none.csv')).rejects.toMatchObject({ code: 'no_file' });
  await expect(place.list('nowhere')).rejects.toMatchObject({ name: 'FileFault' });
  await rm(join(root, 'acme/in/done'), { recursive: true });
  await rm(join(root, 'acme/out/b.csv'));
  await rm(join(root, 'acme/in/a.csv'));
}

describe('a folder of this machine', () => {
  test('is listed, read, written and tidied', async () => behaves(await open(settings())));

  test("is nobody's without a root", async () => {
    const context = contextFor(settings());
    await expect(files.open({ ...context, files: { ...context.files, root: null } })).rejects.toMatchObject({
      code: 'no_root',
    });
  });

  test('is never reached through a link, and no link in it is read', async () => {
    await writeFile(join(root, 'secret.txt'), 'hush');
    await symlink(join(root, 'secret.txt'), join(root, 'acme/in/link.csv'));
    await symlink(root, join(root, 'linked'));
    const place = await open(settings());
    expect((await place.list('in')).map((one) => one.name)).not.toContain('link.csv');
    await expect(place.read('in', 'link.csv')).rejects.toMatchObject({ code: 'not_allowed' });
    for (const path of ['linked', 'linked/acme'])
      await expect(open(settings({ place: { kind: 'folder', path } }))).rejects.toMatchObject({ code: 'outside_root' });
    for (const name of ['../secret.txt', '..', 'x/y', ''])
      await expect(place.read('in', name)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(place.list('../..')).rejects.toMatchObject({ code: 'outside_root' });
    await rm(join(root, 'acme/in/link.csv'));
    await rm(join(root, 'linked'));
  });
});

describe('an SFTP server', { timeout: 30_000 }, () => {
  let server: SftpServer;
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  beforeAll(async () => {
    server = await startSftpServer(root, { username: 'drop', password: 'hush', publicKey: pair.privateKey });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const at = (more: Record<string, unknown> = {}): FileDropSettings =>
    settings({
      place: {
        kind: 'sftp',
        host: '127.0.0.1',
        port: server.port,
        username: 'drop',
        hostKey: server.hostKey,
        path: '/acme',
        ...more,
      },
    });

  test('is listed, read, written and tidied, by password', async () => {
    const place = await open(at(), { password: 'hush' });
    await behaves(place);
    await place.close();
  });

  test('lets a key in', async () => {
    const place = await open(at(), { privateKey: pair.privateKey });
    expect(await place.list('in')).toEqual([]);
    await place.close();
  });

  test('of another host key is told nothing: no sign-in is tried', async () => {
    const before = server.asked;
    await expect(open(at({ hostKey: `SHA256:${'A'.repeat(43)}` }), { password: 'hush' })).rejects.toMatchObject({
      code: 'host_key',
    });
    expect(server.asked).toBe(before);
  });

  test('that refuses the password says so', async () => {
    await expect(open(at(), { password: 'wrong' })).rejects.toMatchObject({ code: 'unauthorised' });
  });

  test('in a private network is not called, unless that is allowed, by name as by address', async () => {
    const before = server.asked;
    for (const host of ['127.0.0.1', 'localhost', '::1'])
      await expect(open(at({ host }), { password: 'hush' }, false)).rejects.toMatchObject({ code: 'blocked_address' });
    expect(server.asked).toBe(before);
    const allowed = await open({ ...at(), allowPrivate: true }, { password: 'hush' }, false);
    await allowed.close();
  });

  test('that is not there is unreachable', async () => {
    await expect(open(at({ port: 1 }), { password: 'hush' })).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('that falls silent does not hold anybody up for ever', async () => {
    const ending = new AbortController();
    const place = await files.open({ ...contextFor(at(), { password: 'hush' }), signal: ending.signal });
    ending.abort();
    await expect(place.list('in')).rejects.toMatchObject({ name: 'FileFault' });
  });

  test('shows no links', async () => {
    await symlink(join(root, 'acme'), join(root, 'acme/in/link.csv'));
    const place = await open(at(), { password: 'hush' });
    expect(await place.list('in')).toEqual([]);
    await place.close();
    await rm(join(root, 'acme/in/link.csv'));
    expect(await readdir(join(root, 'acme/in'))).toEqual([]);
  });
});
