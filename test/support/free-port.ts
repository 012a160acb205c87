// A port for a process that is told where to listen, and may be told again after it was killed.
import { createServer } from 'node:net';

/** Below those that systems hand out for outgoing connections (32768 on Linux, 49152 elsewhere): one of these could have it meanwhile. */
const [lowest, highest] = [12_000, 32_000];

/** Free at this moment. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const probe = createServer();
    const failure = await new Promise<Error | null>((resolve) =>
      probe.once('error', resolve).listen(port, '127.0.0.1', () => resolve(null)),
    );
    if (failure === null) {
      await new Promise((resolve) => probe.close(resolve));
      return port;
    }
    if (tries >= 100) throw failure;
  }
}
