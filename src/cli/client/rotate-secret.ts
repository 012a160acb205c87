// `client rotate-secret`: a second secret beside the current one; shown this once.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inClients, refusal } from './clients.ts';
import { curlForToken } from './curl.ts';

export function rotateSecretCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'rotate-secret <id>',
    'Add a second secret; both are good until promote-secret',
    'client rotate-secret cli_01jd4k2m3n5p6q7r8s9t0v1w2x',
  ).action(answering(cli, (id: string) => rotate(cli, id)));
}

async function rotate(cli: Cli, id: string): Promise<Answer> {
  return inSession(cli, async (session) => {
    const added = await (await inClients(session)).addSecret(id, session.by);
    if (added.kind !== 'added') return refusal(id, added.kind);
    const tokenUrl = `${session.publicUrl}/oauth2/token`;
    const curl = curlForToken(tokenUrl, id, added.secret);
    return done(
      { id, secret: added.secret, tokenUrl, curl },
      `A second secret, shown this once:\n\n  ${added.secret}\n\nTry it:\n\n  ${curl}\n\nWhen the client uses it: interlock client promote-secret ${id}`,
    );
  });
}
