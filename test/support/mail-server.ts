// A real SMTP server on a port of this machine: keeps what it is sent, or refuses it.
import { SMTPServer } from 'smtp-server';

export interface MailServer extends AsyncDisposable {
  url: string;
  /** Whole messages, headers included. */
  received: string[];
  /** From now on every recipient is refused for good. */
  refuse(): void;
}

export async function startMailServer(): Promise<MailServer> {
  const received: string[] = [];
  let refusing = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo(address, _session, done) {
      done(
        refusing
          ? Object.assign(new Error(`5.1.1 <${address.address}>: no such mailbox`), { responseCode: 550 })
          : null,
      );
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        received.push(Buffer.concat(chunks).toString('utf8'));
        done(null, '2.0.0 queued');
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse() {
      refusing = true;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
