// Loaded into each process of a soak: on SIGUSR2 it collects its garbage, so that what it holds can be told from what V8 has not got round to.
import process from 'node:process';

process.on('SIGUSR2', () => {
  // What the first frees of finalizers and pages only the second gives back.
  globalThis.gc();
  globalThis.gc();
});
