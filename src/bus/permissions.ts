// What each user of nats-server may do: Interlock all that is its own, the worker of a connection its queue and its results alone.
import { consumerName, resultConsumerName, streamNames, workerInbox } from './topology.ts';

export interface Permissions {
  publish: readonly string[];
  subscribe: readonly string[];
}

export interface WorkerGrants {
  /** The public feed of facts too. */
  feed?: boolean;
}

/**
 * A worker reads its queue, acknowledges, and publishes results of its connection. Whatever is not named here is denied: other
 * connections, commands, streams and consumers, and everybody else's inbox.
 */
export function workerPermissions(connection: string, { feed = false }: WorkerGrants = {}): Permissions {
  return {
    publish: workerServices(connection).map((service) => service.subject),
    subscribe: [`${workerInbox(connection)}.>`, ...(feed ? [feedSubjects] : [])],
  };
}

/** Interlock's own processes, of whatever role. */
export function corePermissions(): Permissions {
  return {
    publish: [
      'il.>',
      '$JS.API.INFO',
      ...Object.values(streamNames).flatMap((stream) => [
        ...['CREATE', 'UPDATE', 'INFO', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
        `$JS.API.CONSUMER.LIST.${stream}`,
      ]),
      ...[streamNames.commands, streamNames.results].flatMap((stream) => [
        ...['CREATE', 'DURABLE.CREATE', 'INFO', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.>`),
      ]),
      `$JS.ACK.${streamNames.commands}.>`,
      `$JS.ACK.${streamNames.results}.${resultConsumerName}.>`,
    ],
    subscribe: ['_INBOX.>'],
  };
}

export interface WorkerUser extends WorkerGrants {
  connection: string;
  password: string;
}

/**
 * The `accounts` of nats-server's configuration: one for Interlock, one for each worker. In one account permissions would not do: a
 * server does not check where an answer is asked to go, and the answer to a result, sent to `$JS.API.STREAM.PURGE.…`, purges (seen
 * with 2.9.10). Between accounts an answer cannot leave the account of who asked. Passwords may be hashes, or `$VARIABLES`.
 */
export function serverAccounts(password: string, workers: readonly WorkerUser[]): string {
  const exported = workers.flatMap(({ connection, feed }) => [
    ...workerServices(connection).map(
      ({ subject, streams }) =>
        `{ service: ${quoted(subject)}${streams ? ', response_type: "stream"' : ''}, accounts: [${accountName(connection)}] }`,
    ),
    ...(feed ? [`{ stream: ${quoted(feedSubjects)}, accounts: [${accountName(connection)}] }`] : []),
  ]);
  return `accounts {
  INTERLOCK {
    jetstream: enabled
    users: [
${userBlock('interlock', password, corePermissions())}
    ]
    exports: [
${lines(exported, 6)}
    ]
  }
${workers.map(workerAccount).join('\n')}
}
`;
}

function workerAccount({ connection, password, ...grants }: WorkerUser): string {
  const from = (kind: 'service' | 'stream', subject: string): string =>
    `{ ${kind}: { account: INTERLOCK, subject: ${quoted(subject)} } }`;
  const imported = [
    ...workerServices(connection).map((service) => from('service', service.subject)),
    ...(grants.feed ? [from('stream', feedSubjects)] : []),
  ];
  return `  ${accountName(connection)} {
    users: [
${userBlock(connection, password, workerPermissions(connection, grants))}
    ]
    imports: [
${lines(imported, 6)}
    ]
  }`;
}

/** `streams`: one question may have several answers. */
function workerServices(connection: string): { subject: string; streams?: true }[] {
  const queue = `${streamNames.commands}.${consumerName(connection)}`;
  return [
    { subject: `$JS.API.CONSUMER.INFO.${queue}` },
    { subject: `$JS.API.CONSUMER.MSG.NEXT.${queue}`, streams: true },
    { subject: `$JS.ACK.${queue}.>` },
    { subject: `il.res.${consumerName(connection)}.>` },
  ];
}

const feedSubjects = 'il.event.>';

function userBlock(user: string, password: string, { publish, subscribe }: Permissions): string {
  const list = (subjects: readonly string[]): string => lines(subjects.map(quoted), 10);
  return `      {
        user: ${quoted(user)}, password: ${/^\$[A-Z_]+$/.test(password) ? password : quoted(password)}
        permissions: {
          publish: { allow: [
${list(publish)}
          ] }
          subscribe: { allow: [
${list(subscribe)}
          ] }
        }
      }`;
}

const accountName = (connection: string): string => `WORKER_${connection.toUpperCase().replaceAll('-', '_')}`;
const quoted = (text: string): string => JSON.stringify(text);
const lines = (all: readonly string[], indent: number): string =>
  all.map((one) => `${' '.repeat(indent)}${one}`).join('\n');
