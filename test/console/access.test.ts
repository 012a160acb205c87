// Who may see which page: every route of the table against every role, somebody without a session, and one whose session ended.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get, post, type Route } from '../../src/console/route.ts';
import { routes } from '../../src/console/routes.ts';
import { type Role, roleNames } from '../../src/core/access/roles.ts';
import { readAudit } from '../../src/services/write-audit.ts';
import { type Browser, openConsole, type TestConsole } from '../support/console.ts';

/** Pages that only this test has: one for each kind of right there is, and one that shows personal data. */
const extra: readonly Route[] = [
  get('/only-admin', ['admin'], ({ request }) => request.text('admin')),
  post('/only-operator', ['operator'], ({ request }) => request.text('operator')),
  get('/personal/:id', ['operator', 'auditor'], ({ request }) => request.text('personal'), {
    audited: { action: 'subject.read_personal', objectKind: 'subject' },
  }),
];
const all = [...routes, ...extra];

let desk: TestConsole;
const browsers = new Map<Role, Browser>();
beforeAll(async () => {
  desk = await openConsole({ routes: all });
  await desk.prepare();
  for (const role of roleNames) browsers.set(role, await desk.signedIn(role));
}, 180_000);
afterAll(async () => desk[Symbol.asyncDispose]());

const version = () => desk.service.context.machines.latest('application');
/** The address with something that exists in place of each parameter. */
const address = (route: Route): string =>
  route.path
    .replace(':machine', 'application')
    .replace(':version', '1')
    .replace(':hash', version().hash)
    .replace(':link', 'x'.repeat(43))
    .replace(':id', 'sub_1') + (route.path.endsWith('/list') ? '?of=here&state=active.triage' : '');

const visit = (browser: Browser, route: Route) =>
  route.method === 'GET' ? browser.get(address(route)) : browser.post(address(route), {});
const title = (text: string): string => /<h1>([^<]*)/.exec(text)?.[1] ?? '';
const refused = 'This page is not for your role';
/** Would end the session that the other cases need. */
const ends = (route: Route): boolean => route.path === '/sign-out';

describe.each(roleNames)('%s', (role) => {
  test.each(all.filter((route) => !ends(route)).map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    async (_, route) => {
      const said = await visit(browsers.get(role) as Browser, route);
      const allowed = route.roles === 'public' || route.roles.includes(role);
      if (allowed) {
        expect(title(said.text)).not.toBe(refused);
        expect(said.status).toBeLessThan(500);
        expect(said.headers.get('location') ?? '').not.toMatch(/^\/sign-in\?next/);
      } else {
        expect(said.status).toBe(403);
        expect(title(said.text)).toBe(refused);
      }
    },
  );
});

describe('without a session', () => {
  test.each(all.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_, route) => {
    const said = await visit(desk.browser(), route);
    if (route.roles === 'public') expect(said.headers.get('location') ?? '').not.toContain('/sign-in?next');
    else {
      expect(said.status).toBe(303);
      expect(said.headers.get('location')).toMatch(/^\/sign-in/);
      expect(said.text).toBe('');
    }
  });

  test('with one that ended meanwhile it is the same, at once', async () => {
    const browser = await desk.signedIn('admin');
    const { cookie } = browser;
    expect((await browser.get('/only-admin')).text).toBe('admin');
    await browser.post('/sign-out');
    browser.cookie = cookie;
    expect((await browser.get('/only-admin')).status).toBe(303);
  });
});

describe('the table', () => {
  test('is all that the console answers: no page can be without an entry', () => {
    const known = new Set(all.map(({ method, path }) => `${method} ${path}`));
    const addresses = (app: Pick<TestConsole['app'], 'routes'>): string[] =>
      app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
    const others = new Set([...addresses(desk.withoutPages), 'GET /assets/:hash/:name']);
    others.delete('GET /');
    const served = new Set(addresses(desk.app).filter((one) => !others.has(one)));
    expect([...served].sort()).toEqual([...known].sort());
  });

  test('has at least one role for each page that is not for anybody, and only roles there are', () => {
    for (const route of routes) {
      if (route.roles === 'public') continue;
      expect(route.roles.length, route.path).toBeGreaterThan(0);
      expect(route.roles.every((role) => roleNames.includes(role))).toBe(true);
    }
  });

  test('lets only addresses in that show nothing of anybody', () => {
    expect([
      ...new Set(routes.filter(({ roles }) => roles === 'public').map(({ path }) => path.split('/')[1])),
    ]).toEqual(['sign-in', 'setup', 'password', 'published']);
  });

  test('refuses what has no entry, to admins too', async () => {
    const said = await (browsers.get('admin') as Browser).get('/no-such-page');
    expect(said.status).toBe(404);
    expect(said.headers.get('content-type')).toContain('text/html');
    expect(said.text).toContain(`quote <code>${said.headers.get('x-request-id')}</code>`);
    // Machines go on to get problem documents.
    const machine = await desk.app.request('http://interlock.test/no-such-page');
    expect(machine.headers.get('content-type')).toContain('application/problem+json');
  });
});

test('a process that shows pages only has no API, and one without pages leads to the reference', async () => {
  const pagesOnly = desk.pagesOnly;
  expect((await pagesOnly.request('http://interlock.test/sign-in')).status).toBe(200);
  expect((await pagesOnly.request('http://interlock.test/v1/machines')).status).toBe(404);
  expect((await pagesOnly.request('http://interlock.test/healthz')).status).toBe(200);
  const root = await desk.withoutPages.request('http://interlock.test/');
  expect(root.headers.get('location')).toBe('/reference');
  expect((await desk.withoutPages.request('http://interlock.test/sign-in')).status).toBe(404);
});

test('who looks at personal data is in the audit log, before the page is made', async () => {
  const operator = await desk.signedIn('operator');
  expect((await operator.get('/personal/sub_42')).text).toBe('personal');
  const viewer = browsers.get('viewer') as Browser;
  expect((await viewer.get('/personal/sub_43')).status).toBe(403);
  const { items } = await readAudit(desk.service.context.database.engine, { objectKind: 'subject' });
  expect(items.filter(({ object_id }) => object_id === 'sub_42')).toMatchObject([
    { action: 'subject.read_personal', actor_kind: 'account', actor_id: operator.id },
  ]);
  expect(items.some(({ object_id }) => object_id === 'sub_43')).toBe(false);
});
