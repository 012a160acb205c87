// The only maker of loggers: JSON lines on standard output, with an allow-list of fields so that nothing personal slips in.
import pino from 'pino';

/** Fields that may be logged: ids of ours, names of configuration, codes and numbers. Everything else is dropped. */
const allowed = new Set([
  'connection',
  'adapter',
  'writeback',
  'event',
  'subject',
  'attempt',
  'mode',
  'outcome',
  'disposition',
  'code',
  'error',
  'failure',
  'events',
  'writebacks',
  'tookMs',
  'method',
  'route',
  'status',
  'request',
  'requestId',
  'at',
  'client',
  'actor',
  'action',
  'object',
  'roles',
  'bus',
  'database',
  'address',
  'version',
  'migrations',
  'signal',
  'loop',
  'line',
  'port',
  'reason',
  'checkpoint',
  'epoch',
  'lagMs',
  'alert',
  'rule',
  'channel',
  'delivery',
  'tries',
]);

export type Log = pino.Logger;

export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => allowed.has(name))),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
