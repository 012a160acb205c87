// Text that means harm stays text: a corpus of it through every part and every page that shows what others wrote.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StateName } from '../../src/console/flow/table.tsx';
import { DataTable } from '../../src/console/parts/data-table.tsx';
import { EmptyState } from '../../src/console/parts/empty-state.tsx';
import { Explained } from '../../src/console/parts/explained.tsx';
import { Choice, Field, PostForm } from '../../src/console/parts/form.tsx';
import { Notice } from '../../src/console/parts/notice.tsx';
import { Tile } from '../../src/console/parts/tile.tsx';
import { type Browser, by, openConsole, password, type TestConsole } from '../support/console.ts';
import { ledgerRows } from '../support/ledger-rows.ts';

const corpus = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title><script>alert(1)</script>',
  '</textarea><svg/onload=alert(1)>',
  '<!--<script>-->',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: some template languages would run it.
  '${alert(1)}{{7*7}}<%= 7 %>',
  '&lt;script&gt;&#60;script&#62;',
  '\u2028\u2029\u202e<b>',
  ']]><script>alert(1)</script>',
];

/** What is left when all quoted attribute values and texts are taken out: tags of ours only. */
const tags = (html: string): string[] =>
  [...html.matchAll(/<\/?([a-z!][^\s>/]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, attributes]) => `${name} ${(attributes ?? '').replace(/="[^"]*"/g, '')}`,
  );
const harmless = (html: string): void => {
  expect(tags(html).filter((tag) => /^(script|img|svg\/|b )|\son/i.test(tag))).toEqual([]);
  expect(html).not.toMatch(/<(script|img|svg\/onload|b)\b[^>]*>/i);
};

describe.each(corpus.map((text) => [text]))('%j', (text) => {
  test.each([
    [
      'table',
      () => (
        <DataTable caption={text} columns={[{ head: text, meaning: text }, { head: text }]} rows={[[text, text]]} />
      ),
    ],
    ['empty table', () => <DataTable caption={text} columns={[]} rows={[]} empty={text} />],
    ['empty state', () => <EmptyState>{text}</EmptyState>],
    ['notice', () => <Notice tone="bad">{text}</Notice>],
    [
      'explained',
      () => (
        <Explained id="a" meaning={text}>
          {text}
        </Explained>
      ),
    ],
    ['field', () => <Field name="a" label={text} autocomplete="off" value={text} hint={text} />],
    ['choice', () => <Choice name="a" label={text} value={text} options={[[text, text]]} />],
    [
      'form',
      () => (
        <PostForm action="/a" who={null}>
          {text}
        </PostForm>
      ),
    ],
    ['tile', () => <Tile id="a" label={text} value={text} meaning={text} note={text} />],
    ['state', () => <StateName path={`a.${text}.${text}`} />],
  ] as const)('in a %s', (_, draw) => {
    const html = String(draw());
    expect(html.length).toBeGreaterThan(5);
    harmless(html);
  });
});

describe('on pages', () => {
  let desk: TestConsole;
  let browser: Browser;
  beforeAll(async () => {
    desk = await openConsole();
    await desk.prepare();
    const db = desk.service.context.database.engine;
    const rows = ledgerRows(db);
    await rows.connection('greenhouse-eu');
    for (const [nth, text] of corpus.entries()) {
      const subject = await rows.subject({ state: 'active.triage' });
      await db.updateTable('subject').set({ region: text, business_unit: text }).where('id', '=', subject).execute();
      await rows.event({
        subject,
        claim: text,
        source: `client:${text}`,
        code: 'illegal_transition',
        detail: { state: 'active.triage', detail: text },
      });
      await rows.writeback(subject, 'greenhouse-eu', {
        status: 'dead',
        reason: text,
        eventType: nth % 2 ? text : 'triage.started',
      });
    }
    const added = await desk.accounts.add({ name: corpus[0] ?? '', email: 'xss@example.com', roles: ['admin'] }, by);
    if (added.kind !== 'added') throw new Error(added.kind);
    await desk.links.choosePassword(added.link, password, 'r');
    browser = desk.browser();
    await browser.post('/sign-in', { email: 'xss@example.com', password });
  }, 180_000);
  afterAll(async () => desk[Symbol.asyncDispose]());

  test.each([
    '/',
    '/?show=refused',
    '/?show=unconfirmed',
    '/overview',
    '/account',
    ...['here', 'stuck', 'refused', 'unconfirmed'].map(
      (of) => `/machines/application/1/list?of=${of}&state=active.triage`,
    ),
    '/machines/application/1/diagram.svg?show=refused',
    ...corpus.map(
      (text) =>
        `/?region=${encodeURIComponent(text)}&connection=${encodeURIComponent(text)}&show=refused&source=${encodeURIComponent(text)}`,
    ),
    ...corpus.map(
      (text) => `/machines/application/1/list?of=refused&state=active.triage&claim=${encodeURIComponent(text)}`,
    ),
    ...corpus.map((text) => `/${encodeURIComponent(text)}`),
    ...corpus.map((text) => `/sign-in?next=${encodeURIComponent(text)}&said=${encodeURIComponent(text)}`),
  ])('%s', async (path) => {
    const { text, status } = await browser.get(path);
    expect(status).toBeLessThan(500);
    // Our own scripts and pictures are all there is.
    const own = text
      .replace(/<script src="\/assets\/[0-9a-f]{16}\/(htmx|console)\.js" defer=""><\/script>/g, '')
      .replace(/<img class="chart" src="\/overview\/volume\.svg\?period=7d"[^>]*>/g, '')
      .replace(/<b>[\d,]+<\/b>/g, '');
    harmless(own);
  });

  test('the corpus did get there', async () => {
    expect((await browser.get('/machines/application/1/list?of=refused&state=active.triage')).text).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt;',
    );
  });
});
