// `npm start`: reads the configuration, starts the roles of this process, and stops them on a signal.
import { startInterlock } from './compose.ts';
import { readConfig } from './config.ts';
import { limits } from './core/limits.ts';
import { createLog } from './log.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const interlock = await startInterlock(config, log);
  log.info({ address: interlock.url, roles: config.roles, line: interlock.choices.join('\n') }, 'Interlock is ready');
  for (const choice of interlock.choices) process.stderr.write(`  ${choice}\n`);
  process.stderr.write(`  Interlock is ready at ${interlock.url} (API reference: ${interlock.url}/reference)\n`);

  let asked = 0;
  const stop = (signal: NodeJS.Signals): void => {
    asked += 1;
    // Asked twice: the person means now.
    if (asked > 1) process.exit(130);
    log.info({ signal }, 'stopping');
    const late = setTimeout(() => process.exit(1), limits.stopMs);
    late.unref();
    void interlock.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => {
    log.error(
      { error: String((error as Error)?.stack ?? error) },
      'an unhandled rejection; the process ends so that its supervisor starts a clean one',
    );
    void interlock.stop().then(() => process.exit(1));
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`Interlock could not start.\n${(error as Error)?.message ?? String(error)}\n`);
  process.exit(1);
});
