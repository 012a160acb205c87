// Two vendors in a process of their own: each write is answered after 2 ms and remembered with its moment; what they show can be read.
import { createServer } from 'node:http';
import { monotonicMs } from './moments.ts';
import type { Arrival } from './vendors.ts';

const answersAfterMs = 2;
serve(Number(process.argv[2]));
process.on('disconnect', () => process.exit(0));

function serve(on: number): void {
  let arrivals: Arrival[] = [];
  const shown = new Map<string, { state: string; version: number }>();
  const server = createServer((request, response) => {
    const at = monotonicMs();
    const [, vendor = '', , id = ''] = (request.url ?? '').split('/');
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.method === 'PATCH' || (request.method === 'POST' && id === '')) {
        const said = read(text, id);
        arrivals.push([vendor, said.application, said.position, at]);
        shown.set(`${vendor}/${said.application}`, { state: said.state, version: said.position });
        response.setHeader('content-type', 'application/json');
        return void setTimeout(() => response.end(JSON.stringify({ shows: said.state })), answersAfterMs);
      }
      if (vendor === 'count') return void response.end(String(arrivals.length));
      if (vendor === 'arrivals') return void response.end(JSON.stringify(arrivals));
      if (vendor === 'reset') {
        arrivals = [];
        return void response.end();
      }
      const found = shown.get(`${vendor}/${id}`);
      response.statusCode = found ? 200 : 404;
      response.setHeader('content-type', 'application/json');
      return void setTimeout(() => response.end(found ? JSON.stringify(found) : '{}'), answersAfterMs);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(on, '127.0.0.1', () => process.send?.('ready'));
}

/** Peers send `{state, seq}` to the application's address; Interlock sends its signed event, with the subject in it. */
function read(text: string, id: string): { application: string; position: number; state: string } {
  const body = JSON.parse(text) as {
    seq?: number;
    state?: string;
    data?: { subject: string; version: number; to: string };
  };
  if (body.data) return { application: body.data.subject, position: body.data.version, state: body.data.to };
  return { application: id, position: body.seq ?? 0, state: body.state ?? '' };
}
