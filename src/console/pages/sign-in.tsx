// /sign-in and /sign-out: address and password in, a session out.
import { addressOf } from '../../http/clients/oauth-routes.ts';
import { giveSessionCookie, takeSessionCookie } from '../cookies.ts';
import { deviceOf } from '../device.ts';
import { localPath, readForm } from '../forms.ts';
import { page } from '../frame.tsx';
import { Field, PostForm } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';
import type { Answer, OwnVisit, Visit } from '../route.ts';
import { span } from '../words.ts';

export function signInPage(visit: Visit): Answer {
  const next = localPath(visit.request.req.query('next'));
  if (visit.who) return visit.request.redirect(next, 303);
  return show(visit, { next, said: visit.request.req.query('said') === 'chosen' ? 'chosen' : null });
}

export async function signIn(visit: Visit): Promise<Response> {
  const { desk, request } = visit;
  const { email = '', password = '', next } = await readForm(request);
  const result = await desk.signIn({
    // Longer ones are nobody's; hashing them would only cost time.
    email: email.trim().slice(0, 254),
    password: password.slice(0, 1_000),
    address: addressOf(request, desk.trustedProxies),
    device: deviceOf(request.req.header('user-agent')),
    requestId: request.get('requestId'),
    before: visit.who,
  });
  switch (result.kind) {
    case 'signed_in':
      giveSessionCookie(request, result.token);
      return request.redirect(localPath(next), 303);
    case 'throttled':
      request.header('retry-after', String(Math.ceil(result.waitMs / 1000)));
      return show(visit, { next: localPath(next), said: 'throttled', waitMs: result.waitMs, status: 429 });
    case 'refused':
      return show(visit, { next: localPath(next), said: 'refused', status: 401 });
  }
}

export async function signOut({ desk, request, who }: OwnVisit): Promise<Response> {
  await desk.sessions.end(who, who.session, request.get('requestId'));
  takeSessionCookie(request);
  return request.redirect('/sign-in', 303);
}

interface Shown {
  next: string;
  said: 'chosen' | 'refused' | 'throttled' | null;
  waitMs?: number;
  status?: 200 | 401 | 429;
}

function show(visit: Visit, { next, said, waitMs = 0, status = 200 }: Shown): Answer {
  return page(
    visit,
    { title: 'Sign in', status },
    <div class="narrow">
      <h1>Sign in</h1>
      {keepsNoSession(visit) ? (
        <Notice tone="bad">
          This address is not encrypted, so browsers keep no session for it. Open the console over https, or as
          localhost on the machine itself.
        </Notice>
      ) : null}
      {said === 'chosen' ? <Notice tone="good">Your password is set. Sign in with it.</Notice> : null}
      {said === 'refused' ? (
        <Notice tone="bad">Address and password do not belong together, or there is no such account.</Notice>
      ) : null}
      {said === 'throttled' ? <Notice tone="bad">Too many tries. Try again in {span(waitMs)}.</Notice> : null}
      <PostForm action="/sign-in" who={null}>
        <input type="hidden" name="next" value={next} />
        <Field name="email" label="E-mail address" type="email" autocomplete="username" autofocus />
        <Field name="password" label="Password" type="password" autocomplete="current-password" />
        <button type="submit">Sign in</button>
      </PostForm>
      <p class="quiet hint">
        No account, or the password is lost? An admin makes a link for you with <code>interlock account reset</code>.
      </p>
    </div>,
  );
}

/** Cookies of `__Host-` are kept only over https, and for the reader's own machine. */
function keepsNoSession({ desk, request }: Visit): boolean {
  const { hostname } = new URL(request.req.url);
  const local =
    hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || hostname.startsWith('127.');
  return !local && !desk.publicUrl.startsWith('https:');
}
