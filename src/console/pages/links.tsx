// /setup/:link and /password/:link: links that are good once, for the first admin and for choosing a password.
import { limits } from '../../core/limits.ts';
import { personSchema } from '../../services/accounts/manage-accounts.ts';
import type { LinkUsed } from '../../services/accounts/sign-in-links.ts';
import { readForm } from '../forms.ts';
import { page } from '../frame.tsx';
import { Field, PostForm } from '../parts/form.tsx';
import { Notice } from '../parts/notice.tsx';
import type { Answer, Visit } from '../route.ts';
import { problemPage } from './problem.tsx';

export async function setupPage(visit: Visit): Promise<Response> {
  const link = visit.request.req.param('link') ?? '';
  return (await visit.desk.links.look(link)) === 'first_admin' ? showSetup(visit, link, {}) : gone(visit);
}

export async function setup(visit: Visit): Promise<Response> {
  const link = visit.request.req.param('link') ?? '';
  const { name = '', email = '', password = '', again = '' } = await readForm(visit.request);
  const shown = { name: name.slice(0, 120), email: email.slice(0, 254) };
  const person = personSchema.safeParse({ name, email });
  if (!person.success) {
    const fault = person.error.issues.some((issue) => issue.path[0] === 'name')
      ? 'Give a name of at most 120 characters.'
      : 'Give an e-mail address.';
    return showSetup(visit, link, { ...shown, fault });
  }
  if (password !== again) return showSetup(visit, link, { ...shown, fault: 'The two passwords differ.' });
  const used = await visit.desk.links.makeFirstAdmin(
    link,
    { ...person.data, password },
    visit.request.get('requestId'),
  );
  return after(visit, used, (fault) => showSetup(visit, link, { ...shown, fault }));
}

export async function passwordPage(visit: Visit): Promise<Response> {
  const link = visit.request.req.param('link') ?? '';
  return (await visit.desk.links.look(link)) === 'password' ? showPassword(visit, link) : gone(visit);
}

export async function choosePassword(visit: Visit): Promise<Response> {
  const link = visit.request.req.param('link') ?? '';
  const { password = '', again = '' } = await readForm(visit.request);
  if (password !== again) return showPassword(visit, link, 'The two passwords differ.');
  const used = await visit.desk.links.choosePassword(link, password, visit.request.get('requestId'));
  return after(visit, used, (fault) => showPassword(visit, link, fault));
}

function after(visit: Visit, used: LinkUsed, again: (fault: string) => Answer): Answer {
  switch (used.kind) {
    case 'done':
      return visit.request.redirect('/sign-in?said=chosen', 303);
    case 'gone':
      return gone(visit);
    case 'not_taken':
      return again(used.fault);
  }
}

const gone = (visit: Visit): Answer =>
  problemPage(
    visit,
    410,
    'This link is no longer good',
    'It was used, or its time is over. Links are good once and for 24 hours; an admin can make another one, and until there is an admin every start prints a new one.',
  );

const passwordHint = `At least ${limits.passwordCharsMin} characters. A sentence that only you would write is best; no signs or digits are asked for.`;

function showSetup(
  visit: Visit,
  link: string,
  { name = '', email = '', fault }: { name?: string; email?: string; fault?: string },
): Answer {
  return page(
    visit,
    { title: 'The first account', status: fault === undefined ? 200 : 422 },
    <div class="narrow">
      <h1>The first account</h1>
      <p>It will be an admin: it can make all others. This page works once.</p>
      {fault === undefined ? null : <Notice tone="bad">{fault}</Notice>}
      <PostForm action={`/setup/${link}`} who={null}>
        <Field name="name" label="Your name" autocomplete="name" value={name} autofocus />
        <Field name="email" label="E-mail address" type="email" autocomplete="username" value={email} />
        <Field name="password" label="Password" type="password" autocomplete="new-password" hint={passwordHint} />
        <Field name="again" label="The same password again" type="password" autocomplete="new-password" />
        <button type="submit">Make the account</button>
      </PostForm>
    </div>,
  );
}

function showPassword(visit: Visit, link: string, fault?: string): Answer {
  return page(
    visit,
    { title: 'Choose a password', status: fault === undefined ? 200 : 422 },
    <div class="narrow">
      <h1>Choose a password</h1>
      {fault === undefined ? null : <Notice tone="bad">{fault}</Notice>}
      <PostForm action={`/password/${link}`} who={null}>
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          hint={passwordHint}
          autofocus
        />
        <Field name="again" label="The same password again" type="password" autocomplete="new-password" />
        <button type="submit">Set the password</button>
      </PostForm>
    </div>,
  );
}
