// The frame around every page: title, navigation, who is signed in, and the way past all that for keyboards.
import { html } from 'hono/html';
import type { Child } from 'hono/jsx';
import { assetPaths } from './assets/paths.ts';
import { KeysDialog } from './keys.tsx';
import { Navigation, navigation } from './navigation.tsx';
import type { Visit } from './route.ts';

/** As much of a visit as a frame needs: even a page about trouble has some. */
export type Framed = Pick<Visit, 'request'> & Partial<Visit>;

export interface PageOptions {
  title: string;
  status?: 200 | 400 | 401 | 403 | 404 | 409 | 410 | 422 | 429 | 500 | 503;
  /** For what should be as wide as the window, such as a diagram. */
  wide?: boolean;
}

/** Answers with a whole page. */
export function page(visit: Framed, options: PageOptions, ...body: Child[]): Response | Promise<Response> {
  return visit.request.html(
    html`<!doctype html>${(
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          {/* What a reader opened stays open when its part is renewed. */}
          <meta name="htmx-config" content='{"morphIgnore":["data-htmx-powered","open"]}' />
          <title>{`${options.title} · Interlock`}</title>
          <link rel="icon" href={assetPaths.icon} type="image/svg+xml" />
          <link rel="stylesheet" href={assetPaths.style} />
          <script src={assetPaths.htmx} defer></script>
          <script src={assetPaths.script} defer></script>
        </head>
        <body>
          <a class="skip" href="#content">
            Skip to the content
          </a>
          <Header visit={visit} />
          <main id="content" class={options.wide ? 'wide' : ''} tabindex={-1}>
            {body}
          </main>
          {visit.who && visit.desk ? <KeysDialog groups={navigation(visit.desk.routes, visit.who.roles)} /> : null}
        </body>
      </html>
    )}`,
    options.status ?? 200,
  );
}

function Header({ visit }: { visit: Framed }) {
  const { who, desk, request } = visit;
  const { pathname } = new URL(request.req.url);
  return (
    <header class="top">
      <a class="brand" href="/">
        <Mark />
        Interlock
      </a>
      {who && desk ? <Navigation groups={navigation(desk.routes, who.roles)} here={pathname} /> : null}
      {who ? (
        <div class="account">
          <a href="/help" aria-current={pathname === '/help' ? 'page' : undefined}>
            Help
          </a>
          <a href="/account" aria-current={pathname === '/account' ? 'page' : undefined}>
            {who.name}
          </a>
          <form method="post" action="/sign-out">
            <input type="hidden" name="csrf" value={who.csrf} />
            <button class="plain" type="submit">
              Sign out
            </button>
          </form>
        </div>
      ) : null}
    </header>
  );
}

/** Two rings that hold each other. */
function Mark() {
  return (
    <svg viewBox="0 0 32 20" width="32" height="20" aria-hidden="true" class="mark">
      <circle cx="11" cy="10" r="7.5" />
      <circle cx="21" cy="10" r="7.5" />
    </svg>
  );
}
