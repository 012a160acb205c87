#!/usr/bin/env node
// `interlock <noun> <verb>`: the command line for whoever runs the service. Exit status 0 done, 1 refused or failed, 2 called wrongly.
import { runCli } from './program.ts';

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), process);
