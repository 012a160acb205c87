// The one way mail leaves: plain text over SMTP, bounded in time, and with what the server answered.
import { createTransport } from 'nodemailer';

export interface Mail {
  to: readonly string[];
  subject: string;
  text: string;
  /** The same for every try at one message, so that whoever gets it twice can tell. */
  id: string;
}

export type MailAnswer =
  /** The server took it. `code`: its status, such as `250 2.0.0`; `text`: its words, which may hold addresses: never log them. */
  | { kind: 'taken'; code: string; text: string }
  /** `final`: the server will never take it. */
  | { kind: 'failed'; code: string; text: string; final: boolean };

export interface Mailer extends AsyncDisposable {
  /** Never rejects for what a server or a network does. */
  send(mail: Mail): Promise<MailAnswer>;
}

export interface MailerOptions {
  /** `smtp://` (with STARTTLS where the server has it) or `smtps://`, credentials included. */
  url: string;
  from: string;
  /** For connecting, greeting, and each answer. */
  timeoutMs: number;
}

export function createMailer({ url, from, timeoutMs }: MailerOptions): Mailer {
  const { hostname, port, protocol, username, password } = new URL(url);
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
    secure: protocol === 'smtps:',
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    // A password does not leave this machine in plain text.
    requireTLS: username !== '' && !isLoopback(hostname),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/[^\w.-]/g, '');
  return {
    async send({ to, subject, text, id }) {
      try {
        const { response } = await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          // Tells answering machines to keep quiet (RFC 3834).
          headers: { 'auto-submitted': 'auto-generated' },
        });
        return { kind: 'taken', code: codeIn(response), text: response };
      } catch (error) {
        return failureOf(error);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close();
    },
  };
}

function failureOf(error: unknown): Extract<MailAnswer, { kind: 'failed' }> {
  const { code, responseCode, response } = error as { code?: unknown; responseCode?: unknown; response?: unknown };
  const word = typeof code === 'string' && /^E[A-Z]+$/.test(code) ? code : 'EFAILED';
  const said = typeof response === 'string' ? response : '';
  return {
    kind: 'failed',
    code: said === '' ? (words[word] ?? word) : codeIn(said),
    text: said,
    // Wrong credentials are put right by a person; a recipient that is refused stays refused.
    final: typeof responseCode === 'number' && responseCode >= 500 && word !== 'EAUTH',
  };
}

const words: Readonly<Record<string, string>> = {
  ECONNECTION: 'no connection',
  ESOCKET: 'no connection',
  ETIMEDOUT: 'no answer in time',
  EDNS: 'the name of the server leads nowhere',
  ETLS: 'no encrypted connection',
  EAUTH: 'the credentials were refused',
};

/** The status at the beginning of an answer (RFC 5321, RFC 3463), without its words. */
const codeIn = (response: string): string =>
  /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response)?.[0].replace('-', ' ') ?? '';

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || host.startsWith('127.');
