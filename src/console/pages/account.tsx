// /account: what I may do, where I am signed in, and my password.
import { roles } from '../../core/access/roles.ts';
import { giveSessionCookie } from '../cookies.ts';
import { deviceOf } from '../device.ts';
import { readForm } from '../forms.ts';
import { page } from '../frame.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Field, PostForm } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';
import { When } from '../parts/when.tsx';
import type { OwnVisit } from '../route.ts';
import { span } from '../words.ts';

const sayings: Readonly<Record<string, string>> = {
  password: 'Your password is changed. All other sessions have ended.',
  ended: 'The session has ended.',
  others: 'All other sessions have ended.',
};

export async function accountPage(visit: OwnVisit): Promise<Response> {
  return show(visit, null);
}

export async function changePassword(visit: OwnVisit): Promise<Response> {
  const { desk, request, who } = visit;
  const { current = '', password = '', again = '' } = await readForm(request);
  if (password !== again) return show(visit, 'The two new passwords differ.');
  const changed = await desk.changePassword(who, {
    current: current.slice(0, 1_000),
    next: password,
    device: deviceOf(request.req.header('user-agent')),
    requestId: request.get('requestId'),
  });
  switch (changed.kind) {
    case 'changed':
      giveSessionCookie(request, changed.token);
      return request.redirect('/account?said=password', 303);
    case 'wrong_password':
      return show(visit, 'That is not your present password.');
    case 'throttled':
      return show(visit, `Too many tries. Try again in ${span(changed.waitMs)}.`);
    case 'not_taken':
      return show(visit, changed.fault);
  }
}

export async function endSession({ desk, request, who }: OwnVisit): Promise<Response> {
  const { session = '' } = await readForm(request);
  await desk.sessions.end(who, session, request.get('requestId'));
  return request.redirect(session === who.session ? '/sign-in' : '/account?said=ended', 303);
}

export async function endOtherSessions({ desk, request, who }: OwnVisit): Promise<Response> {
  await desk.sessions.endOthers(who, request.get('requestId'));
  return request.redirect('/account?said=others', 303);
}

async function show(visit: OwnVisit, fault: string | null): Promise<Response> {
  const { desk, request, who } = visit;
  const sessions = await desk.sessions.list(who.account);
  const now = desk.context.now();
  const said = sayings[request.req.query('said') ?? ''];
  return page(
    visit,
    { title: 'My account', status: fault === null ? 200 : 422 },
    <h1>{who.name}</h1>,
    <ul class="legend-list">
      {who.roles.map((role) => (
        <li>
          <span class="chip">{role}</span> {roles[role]}
        </li>
      ))}
    </ul>,
    fault === null && said !== undefined ? <Notice tone="good">{said}</Notice> : null,
    <h2 id="sessions">Where you are signed in</h2>,
    <DataTable
      caption="Your sessions"
      hideCaption
      columns={[
        { head: 'Browser' },
        { head: 'Last used' },
        { head: 'Since' },
        { head: 'Ends at the latest' },
        { head: 'End it' },
      ]}
      rows={sessions.map((one) => [
        one.id === who.session ? `${one.device} (this one)` : one.device,
        <When at={one.lastSeenAt} now={now} />,
        <When at={one.createdAt} now={now} />,
        <When at={one.expiresAt} now={now} />,
        <form method="post" action="/account/sessions/end">
          <input type="hidden" name="csrf" value={who.csrf} />
          <input type="hidden" name="session" value={one.id} />
          <button class="plain" type="submit">
            {one.id === who.session ? 'Sign out here' : 'End'}
          </button>
        </form>,
      ])}
    />,
    sessions.length > 1 ? (
      <PostForm action="/account/sessions/end-others" who={who}>
        <button class="second" type="submit">
          End all other sessions
        </button>
      </PostForm>
    ) : null,
    <h2 id="password-change">Change your password</h2>,
    <div class="narrow-left">
      {fault === null ? null : <Notice tone="bad">{fault}</Notice>}
      <PostForm action="/account/password" who={who}>
        <Field name="current" label="Present password" type="password" autocomplete="current-password" />
        <Field name="password" label="New password" type="password" autocomplete="new-password" />
        <Field name="again" label="The new password again" type="password" autocomplete="new-password" />
        <button type="submit">Change the password</button>
      </PostForm>
    </div>,
  );
}
