// The pages over a real database, called in memory: accounts of every role, and a browser's part of the work.
import { createConsole } from '../../src/console/app.ts';
import { diagramsOf } from '../../src/console/diagram/kept-diagrams.ts';
import type { Route } from '../../src/console/route.ts';
import { routes } from '../../src/console/routes.ts';
import type { Role } from '../../src/core/access/roles.ts';
import { createApp } from '../../src/http/app.ts';
import { type Accounts, manageAccounts } from '../../src/services/accounts/manage-accounts.ts';
import { type SignInLinks, signInLinks } from '../../src/services/accounts/sign-in-links.ts';
import { createTestContext, type TestContext, type TestContextOptions } from './context.ts';
import { bringLayouts, takeLayouts } from './kept-layouts.ts';

export const password = 'quiet rivers run deep';

export interface Page {
  status: number;
  headers: Headers;
  text: string;
}

/** A browser with a cookie jar of one cookie, on pages of this service. */
export interface Browser {
  cookie: string | null;
  get(path: string, headers?: Record<string, string>): Promise<Page>;
  /** Sends a form as a page of ours would; the session's token is added unless `csrf` is given. */
  post(path: string, fields?: Record<string, string>, headers?: Record<string, string | undefined>): Promise<Page>;
}

export interface TestConsole extends AsyncDisposable {
  service: TestContext;
  app: ReturnType<typeof createApp>;
  /** The same service without the console. */
  withoutPages: ReturnType<typeof createApp>;
  /** The console without the API. */
  pagesOnly: ReturnType<typeof createApp>;
  /** Has the diagrams laid out before pages are asked for, which takes seconds for the first file of a run. */
  prepare(): Promise<void>;
  accounts: Accounts;
  links: SignInLinks;
  /** An account with these roles and `password`. */
  account(...roles: Role[]): Promise<{ id: string; email: string }>;
  browser(): Browser;
  /** A browser that is signed in. */
  signedIn(...roles: Role[]): Promise<Browser & { id: string; email: string }>;
}

export const by = { actor: { kind: 'cli' as const, id: 'tester' } };
export const publicUrl = 'http://interlock.test';

export async function openConsole(
  options: TestContextOptions & { routes?: readonly Route[] } = {},
): Promise<TestConsole> {
  const service = await createTestContext(options);
  const { context } = service;
  await bringLayouts(context);
  const pages = createConsole(context, { publicUrl, trustedProxies: 1 }, options.routes ?? routes);
  const common = {
    publicUrl,
    api: true,
    stopping: () => false,
    trustedProxies: 1,
    requestsPerMinute: 1_000_000,
    metricsHere: true,
    draw: diagramsOf(context),
  };
  const app = createApp(context, { ...common, pages });
  const accounts = manageAccounts(context);
  const links = signInLinks(context);
  let made = 0;
  const account: TestConsole['account'] = async (...roles) => {
    made += 1;
    const email = `person-${made}@example.com`;
    const added = await accounts.add({ name: `Person ${made}`, email, roles }, by);
    if (added.kind !== 'added') throw new Error(added.kind);
    const chosen = await links.choosePassword(added.link, password, 'test');
    if (chosen.kind !== 'done') throw new Error(chosen.kind);
    return { id: added.id, email };
  };
  const browser = (): Browser => browserOn(app);
  return {
    service,
    app,
    withoutPages: createApp(context, common),
    pagesOnly: createApp(context, { ...common, api: false, pages }),
    prepare: () => pages.prepare(),
    accounts,
    links,
    account,
    browser,
    async signedIn(...roles) {
      const { id, email } = await account(...roles);
      const one = browser();
      // Each from an address of its own, so that throttles of one test do not reach another.
      const said = await one.post('/sign-in', { email, password }, { 'x-forwarded-for': `10.0.0.${made % 250}` });
      if (said.status !== 303) throw new Error(`sign-in answered ${said.status}`);
      return Object.assign(one, { id, email });
    },
    async [Symbol.asyncDispose]() {
      await takeLayouts(context);
      await service[Symbol.asyncDispose]();
    },
  };
}

function browserOn(app: TestConsole['app']): Browser {
  const jar: { cookie: string | null; csrf: string } = { cookie: null, csrf: '' };
  const send = async (path: string, init: RequestInit): Promise<Page> => {
    const headers = new Headers(init.headers);
    if (jar.cookie !== null) headers.set('cookie', `__Host-interlock=${jar.cookie}`);
    const response = await app.request(`${publicUrl}${path}`, { ...init, headers });
    const set = /__Host-interlock=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1];
    if (set !== undefined) jar.cookie = set === '' ? null : set;
    const text = await response.text();
    jar.csrf = /name="csrf" value="([0-9a-f]+)"/.exec(text)?.[1] ?? jar.csrf;
    return { status: response.status, headers: response.headers, text };
  };
  return {
    get cookie() {
      return jar.cookie;
    },
    set cookie(value) {
      jar.cookie = value;
    },
    get: (path, headers = {}) =>
      send(path, { headers: { accept: 'text/html', 'sec-fetch-dest': 'document', ...headers } }),
    async post(path, fields = {}, headers = {}) {
      if (jar.cookie !== null && jar.csrf === '') await this.get('/account');
      const all: Record<string, string | undefined> = {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        'x-forwarded-for': '10.9.9.9',
        ...headers,
      };
      return send(path, {
        method: 'POST',
        headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
        body: new URLSearchParams({ csrf: jar.csrf, ...fields }).toString(),
      });
    },
  };
}
