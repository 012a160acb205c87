// Receives a simulator's webhooks as Interlock's door would: raw bytes, headers, address and time.
import type { InboundRequest } from '../adapters/port.ts';
import { sandboxApp, startSandboxServer } from '../sandbox/kernel/server.ts';

export interface WebhookCapture {
  url: string;
  requests: InboundRequest[];
  close(): Promise<void>;
}

/** Answers every request with `status`, which the vendor must take for "received". */
export async function captureWebhooks(status: 200 | 202): Promise<WebhookCapture> {
  const requests: InboundRequest[] = [];
  const app = sandboxApp();
  app.all('*', async (call) => {
    const headers = Object.fromEntries(call.req.raw.headers);
    const body = new Uint8Array(await call.req.arrayBuffer());
    requests.push({ method: call.req.method, url: call.req.url, headers, body, receivedAt: Date.now() });
    return call.json({}, status);
  });
  const server = await startSandboxServer(app);
  return { url: `${server.url}/hooks/contract`, requests, close: server.close };
}
