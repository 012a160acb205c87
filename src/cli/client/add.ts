// `client add`: makes a client and shows its secret, this once.
import type { Command } from 'commander';
import { scopes } from '../../core/access/scopes.ts';
import { limits } from '../../core/limits.ts';
import { systemKinds } from '../../core/machine/definition.ts';
import { type Answer, answering, done, failed, misused, type Problem } from '../answer.ts';
import { askOne, askSome, canAsk } from '../ask.ts';
import { commaSeparated, verb } from '../command.ts';
import { unknownConnection } from '../connection/refusals.ts';
import { showConnection } from '../connection/view.ts';
import { fields, indent } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { inClients } from './clients.ts';
import { curlForToken } from './curl.ts';

interface AddOptions {
  kind?: string;
  scopes?: string[];
  connection?: string;
  json?: boolean;
}

export function addCommand(client: Command, cli: Cli): void {
  verb(
    client,
    'add <name>',
    'Add a client; its secret is shown this once',
    'client add "Assessment tool" --kind screening --scopes events:write,events:read',
  )
    .option(
      '--kind <kind>',
      `the kind of system it speaks for, which says what it may cause: ${systemKinds.join(', ')}`,
    )
    .option('--scopes <list>', `what it may do: ${Object.keys(scopes).join(', ')}`, commaSeparated)
    .option('--connection <name>', 'for a worker: the one connection whose work it may fetch (scope writebacks:work)')
    .action(answering(cli, (name: string, options: AddOptions) => add(cli, name, options)));
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<Answer> {
  const asking = canAsk(cli, options);
  const kind =
    options.kind ??
    (asking
      ? await askOne(
          cli,
          'For which kind of system does it speak?',
          systemKinds.map((value) => ({ value })),
        )
      : null);
  if (kind === null) return misused(`Say for which kind of system it speaks: --kind ${systemKinds.join(', ')}.`);
  const wanted =
    options.scopes ??
    (asking
      ? await askSome(
          cli,
          'What may it do?',
          Object.entries(scopes).map(([value, hint]) => ({ value, hint })),
        )
      : null);
  if (wanted === null) return misused(`Say what it may do: --scopes ${Object.keys(scopes).join(',')}.`);
  const { newClientSchema } = await import('../../services/clients/manage-clients.ts');
  const parsed = newClientSchema.safeParse({
    name,
    kind,
    scopes: wanted,
    ...(options.connection === undefined ? {} : { connection: options.connection }),
  });
  if (!parsed.success)
    return failed(
      'invalid_client',
      'The client cannot be made.',
      parsed.error.issues.map(
        (issue): Problem => ({ pointer: `/${issue.path.map(String).join('/')}`, detail: issue.message }),
      ),
    );
  return inSession(cli, async (session) => {
    const clients = await inClients(session);
    if (parsed.data.connection !== undefined && (await showConnection(session, parsed.data.connection)) === null)
      return unknownConnection(parsed.data.connection);
    const { id, secret } = await clients.create(parsed.data, session.by);
    const tokenUrl = `${session.publicUrl}/oauth2/token`;
    const curl = curlForToken(tokenUrl, id, secret);
    const text = [
      `Added ${parsed.data.name}. This is the only time that its secret is shown.`,
      indent(
        fields([
          ['id', id],
          ['secret', secret],
          ['kind', parsed.data.kind],
          ['scopes', parsed.data.scopes.join(' ')],
          ...(parsed.data.connection === undefined ? [] : [['connection', parsed.data.connection] as [string, string]]),
        ]),
      ),
      `A token, good for ${limits.tokenTtlSeconds / 60} minutes:`,
      indent(curl),
    ].join('\n\n');
    return done({ id, secret, ...parsed.data, tokenUrl, curl }, text);
  });
}
