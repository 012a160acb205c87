// The systems at the other end: one that shows what it gets, one that never answers, one that is ill, one that refuses.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const moods = ['good', 'hang', 'bad', 'dead'] as const;
export type Mood = (typeof moods)[number];

export interface Receiver extends AsyncDisposable {
  url(mood: Mood): string;
  /** How many requests are waiting for an answer. */
  hanging(): number;
  /** Answers everything that hangs, as if nothing had been wrong. */
  letGo(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const hanging = new Set<() => void>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => {
      const { data } = JSON.parse(body) as { data: { to: string } };
      const receipt = (): void => answer(response, 200, { shows: data.to });
      const mood = request.url?.slice(1) as Mood;
      if (mood === 'bad') return answer(response, 500, { error: 'ill' });
      if (mood === 'dead') return answer(response, 422, { error: 'no' });
      if (mood === 'good') return receipt();
      hanging.add(receipt);
      response.once('close', () => hanging.delete(receipt));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (mood) => `http://127.0.0.1:${port}/${mood}`,
    hanging: () => hanging.size,
    letGo() {
      for (const receipt of [...hanging]) receipt();
      hanging.clear();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
