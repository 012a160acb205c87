// Sessions and forms in a browser's hands: the cookie, who is signed out when, and forms that come from elsewhere.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../src/console/security-headers.ts';
import { openConsole, password, publicUrl, type TestConsole } from '../support/console.ts';

let desk: TestConsole;
beforeAll(async () => {
  desk = await openConsole();
});
afterAll(async () => desk[Symbol.asyncDispose]());

describe('the cookie', () => {
  test('is for this host, encrypted connections and no script', async () => {
    const { email } = await desk.account('viewer');
    const browser = desk.browser();
    const said = await browser.post('/sign-in', { email, password, next: '/overview' });
    expect(said.headers.get('location')).toBe('/overview');
    const cookie = said.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-interlock=[\w-]{43}; /);
    for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax', 'Max-Age=43200'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('Domain');
  });

  test('is a new one at each sign-in, and the one before is worth nothing: nobody can be handed a session', async () => {
    const mallory = await desk.signedIn('viewer');
    const { email } = await desk.account('operator');
    const victim = desk.browser();
    victim.cookie = mallory.cookie;
    await victim.post('/sign-in', { email, password });
    expect(victim.cookie).not.toBe(mallory.cookie);
    expect((await victim.get('/account')).text).toContain('operator');
    expect((await mallory.get('/account')).status).toBe(303);
  });

  test('is taken away when signing out, and the session with it', async () => {
    const browser = await desk.signedIn('viewer');
    const { cookie } = browser;
    expect((await browser.post('/sign-out')).headers.get('location')).toBe('/sign-in');
    expect(browser.cookie).toBeNull();
    browser.cookie = cookie;
    expect((await browser.get('/account')).status).toBe(303);
  });

  test('of somebody else, or of nothing, opens nothing', async () => {
    const browser = desk.browser();
    for (const cookie of ['', 'x'.repeat(43), "' or true --"]) {
      browser.cookie = cookie;
      expect((await browser.get('/')).status).toBe(303);
    }
  });
});

describe('signing in', () => {
  test('says no more than that it did not work, and keeps what was typed to itself', async () => {
    const { email } = await desk.account('viewer');
    const known = await desk
      .browser()
      .post('/sign-in', { email, password: 'wrong <b>' }, { 'x-forwarded-for': '10.1.1.1' });
    const unknown = await desk
      .browser()
      .post('/sign-in', { email: 'nobody@example.com', password: 'x' }, { 'x-forwarded-for': '10.1.1.2' });
    expect(known.status).toBe(401);
    expect(unknown.text).toBe(known.text);
    expect(known.text).not.toContain(email);
    expect(known.text).not.toContain('wrong');
  });

  test('tells how long to wait after too many tries', async () => {
    const { email } = await desk.account('viewer');
    const tries = async () =>
      desk.browser().post('/sign-in', { email, password: 'wrong' }, { 'x-forwarded-for': '10.1.1.3' });
    for (let nth = 0; nth < 5; nth += 1) await tries();
    const said = await tries();
    expect(said.status).toBe(429);
    expect(Number(said.headers.get('retry-after'))).toBeGreaterThan(600);
  });

  test.each([
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/overview?period=24h', '/overview?period=24h'],
  ])('goes on to %j as %j', async (next, location) => {
    const { email } = await desk.account('viewer');
    const said = await desk.browser().post('/sign-in', { email, password, next }, { 'x-forwarded-for': '10.1.2.1' });
    expect(said.headers.get('location')).toBe(location);
  });

  test('leads back to the page that was asked for', async () => {
    const said = await desk.browser().get('/overview?period=24h');
    expect(said.headers.get('location')).toBe('/sign-in?next=%2Foverview%3Fperiod%3D24h');
  });

  test('warns where browsers would keep no session', async () => {
    expect((await desk.browser().get('/sign-in')).text).toContain('This address is not encrypted');
    const local = await desk.app.request('http://localhost:8080/sign-in', { headers: { accept: 'text/html' } });
    expect(await local.text()).not.toContain('This address is not encrypted');
  });
});

describe('a form', () => {
  const wrong: Record<string, string | undefined>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: publicUrl },
    { 'sec-fetch-site': undefined },
    { 'sec-fetch-site': undefined, origin: 'null' },
    { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    { 'sec-fetch-site': undefined, origin: `${publicUrl}.evil.example` },
  ];
  test.each(wrong.map((headers) => [JSON.stringify(headers), headers] as const))(
    'that comes with %s is refused, signed in or not',
    async (_, headers) => {
      const browser = await desk.signedIn('viewer');
      expect((await browser.post('/account/sessions/end-others', {}, headers)).status).toBe(403);
      const { email } = await desk.account('viewer');
      const said = await desk
        .browser()
        .post('/sign-in', { email, password }, { 'x-forwarded-for': '10.1.3.1', ...headers });
      expect(said.status).toBe(403);
      expect(said.headers.get('set-cookie')).toBeNull();
    },
  );

  test('with an Origin of ours is taken where the browser says no more', async () => {
    const browser = await desk.signedIn('viewer');
    const said = await browser.post(
      '/account/sessions/end-others',
      {},
      { 'sec-fetch-site': undefined, origin: publicUrl },
    );
    expect(said.status).toBe(303);
  });

  test('without the token of the session, or with another one, is refused', async () => {
    const [browser, other] = [await desk.signedIn('viewer'), await desk.signedIn('viewer')];
    await other.get('/account');
    const theirs = /name="csrf" value="([0-9a-f]+)"/.exec((await other.get('/account')).text)?.[1] ?? '';
    for (const csrf of ['', 'x', theirs])
      expect((await browser.post('/account/sessions/end-others', { csrf })).status, csrf).toBe(403);
    expect(theirs).toMatch(/^[0-9a-f]{64}$/);
    expect((await browser.post('/account/sessions/end-others')).status).toBe(303);
  });

  test.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])(
    'sent as %s has no token',
    async (type) => {
      const browser = await desk.signedIn('viewer');
      expect((await browser.post('/account/sessions/end-others', {}, { 'content-type': type })).status).toBe(403);
    },
  );

  test('that is a link changes nothing: there is no GET that does, and no way to write one as another method', async () => {
    const browser = await desk.signedIn('viewer');
    expect((await browser.get('/sign-out')).status).toBe(404);
    expect((await browser.get('/sign-out', { 'x-http-method-override': 'POST' })).status).toBe(404);
    expect((await browser.get('/sign-out?_method=POST')).status).toBe(404);
    expect((await browser.get('/account')).status).toBe(200);
  });

  test('that is too long is not read', async () => {
    const browser = await desk.signedIn('viewer');
    expect((await browser.post('/account/password', { current: 'x'.repeat(100_000) })).status).toBe(413);
  });
});

describe('headers', () => {
  test.each([
    '/',
    '/overview',
    '/account',
    '/sign-in',
    '/published',
    '/machines/application/2/list?of=here&state=hired',
    '/no-such-page',
  ])('of %s let nothing in and nothing out', async (path) => {
    const { headers } = await (await desk.signedIn('viewer')).get(path);
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('of pages with trouble too, and pages hold nothing that the policy would stop', async () => {
    const browser = await desk.signedIn('viewer');
    for (const path of ['/', '/overview', '/account', '/published']) {
      const { text } = await browser.get(path);
      expect(text, path).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/);
    }
  });
});

describe('the account page', () => {
  test('shows where one is signed in, and ends what is named', async () => {
    const { email } = await desk.account('auditor');
    const [here, there] = [desk.browser(), desk.browser()];
    for (const one of [here, there])
      await one.post(
        '/sign-in',
        { email, password },
        { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0', 'x-forwarded-for': '10.1.4.1' },
      );
    const page = await here.get('/account');
    expect(page.text.match(/Firefox on Linux/g)).toHaveLength(2);
    expect(page.text.match(/\(this one\)/g)).toHaveLength(1);
    const ids = [...page.text.matchAll(/name="session" value="([0-9a-f]{64})"/g)].map(([, id]) => id ?? '');
    expect(page.text).not.toContain(here.cookie);
    expect((await here.post('/account/sessions/end-others')).headers.get('location')).toBe('/account?said=others');
    expect((await there.get('/account')).status).toBe(303);
    expect(ids).toHaveLength(2);
    for (const session of ids) await here.post('/account/sessions/end', { session });
    expect((await here.get('/account')).status).toBe(303);
  });

  test('changes the password for whoever knows the old one, and ends all other sessions', async () => {
    const { email } = await desk.account('viewer');
    const [here, there] = [desk.browser(), desk.browser()];
    for (const one of [here, there]) await one.post('/sign-in', { email, password }, { 'x-forwarded-for': '10.1.5.1' });
    const before = here.cookie;
    const next = 'a new sentence of mine';
    const change = (fields: Record<string, string>) => here.post('/account/password', fields);
    expect((await change({ current: 'wrong', password: next, again: next })).status).toBe(422);
    expect((await change({ current: password, password: next, again: 'other' })).status).toBe(422);
    expect((await change({ current: password, password: 'password1', again: 'password1' })).text).toContain(
      'first passwords',
    );
    expect((await change({ current: password, password: next, again: next })).headers.get('location')).toBe(
      '/account?said=password',
    );
    expect(here.cookie).not.toBe(before);
    expect((await here.get('/account?said=password')).text).toContain('Your password is changed');
    expect((await there.get('/account')).status).toBe(303);
    expect(
      (await desk.browser().post('/sign-in', { email, password: next }, { 'x-forwarded-for': '10.1.5.2' })).status,
    ).toBe(303);
  });
});

describe('the first account', () => {
  test('is made by the link, once, and can sign in', async () => {
    const fresh = await openConsole();
    try {
      const link = (await fresh.links.forFirstAdmin()) ?? '';
      const browser = fresh.browser();
      // Looking at it does not use it up.
      expect((await browser.get(`/setup/${link}`)).status).toBe(200);
      const person = { name: 'Ada', email: 'ada@example.com', password, again: password };
      for (const fault of [
        { name: ' ' },
        { email: 'ada' },
        { again: 'x' },
        { password: 'password', again: 'password' },
      ])
        expect((await browser.post(`/setup/${link}`, { ...person, ...fault })).status).toBe(422);
      expect((await browser.post(`/setup/${link}`, person)).headers.get('location')).toBe('/sign-in?said=chosen');
      expect((await browser.get(`/setup/${link}`)).status).toBe(410);
      expect((await browser.post(`/setup/${link}`, person)).status).toBe(410);
      await browser.post('/sign-in', person);
      expect((await browser.get('/account')).text).toContain('admin');
    } finally {
      await fresh[Symbol.asyncDispose]();
    }
  });

  test('a link to choose a password does not make accounts, and the other way round', async () => {
    const { id } = await desk.account('viewer');
    const made = await desk.accounts.reset(id, { actor: { kind: 'cli', id: 'x' } });
    if (made.kind !== 'made') throw new Error(made.kind);
    const browser = desk.browser();
    expect((await browser.get(`/setup/${made.link}`)).status).toBe(410);
    expect(
      (await browser.post(`/setup/${made.link}`, { name: 'Eve', email: 'eve@example.com', password, again: password }))
        .status,
    ).toBe(410);
    expect((await browser.get(`/password/${made.link}`)).status).toBe(200);
    expect(
      (
        await browser.post(`/password/${made.link}`, { password: 'one more sentence', again: 'one more sentence' })
      ).headers.get('location'),
    ).toBe('/sign-in?said=chosen');
  });
});
