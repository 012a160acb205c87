// Two vendors in a process of their own: each write is answered after 2 ms and remembered with its moment; what they show can be read.
// `/set/{vendor}/{what}/{value}` changes one of them: `down` 1 refuses all with 503, `slow` answers after so many ms, `limit` refuses more
// than so many in a second with 429.
import { createServer, type ServerResponse } from 'node:http';
import { monotonicMs } from './moments.ts';
import { type Arrival, type Refusals, vendors } from './vendors.ts';

interface Manners {
  down: number;
  slow: number;
  limit: number;
}

const answersAfterMs = 2;
serve(Number(process.argv[2]));
process.on('disconnect', () => process.exit(0));

function serve(on: number): void {
  let arrivals: Arrival[] = [];
  let refusals: Refusals = { down: [], limit: [] };
  const shown = new Map<string, { state: string; version: number }>();
  const manners = new Map<string, Manners>();
  for (const vendor of vendors) manners.set(vendor, { down: 0, slow: answersAfterMs, limit: Number.POSITIVE_INFINITY });
  const seconds = new Map<string, { second: number; count: number }>();
  /** Null when it takes the request. */
  const refusalOf = (vendor: string, { down, limit }: Manners, at: number): keyof Refusals | null => {
    if (down) return 'down';
    const second = Math.floor(at / 1_000);
    const known = seconds.get(vendor);
    const count = known?.second === second ? known.count + 1 : 1;
    seconds.set(vendor, { second, count });
    return count > limit ? 'limit' : null;
  };
  const tell = (words: readonly string[], response: ServerResponse): void => {
    const [word, vendor = '', what = '', value = ''] = words;
    if (word === 'count') return void response.end(String(arrivals.length));
    if (word === 'arrivals') return void response.end(JSON.stringify(arrivals));
    if (word === 'refusals') return void response.end(JSON.stringify(refusals));
    if (word === 'reset') {
      arrivals = [];
      refusals = { down: [], limit: [] };
    }
    if (word === 'set') Object.assign(manners.get(vendor) ?? {}, { [what]: Number(value) });
    response.end();
  };
  const server = createServer((request, response) => {
    const at = monotonicMs();
    const words = (request.url ?? '').split('/').slice(1);
    const [vendor = '', , id = ''] = words;
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const manner = manners.get(vendor);
      if (!manner) return tell(words, response);
      const refusal = refusalOf(vendor, manner, at);
      if (refusal) {
        refusals[refusal].push(at);
        response.statusCode = refusal === 'down' ? 503 : 429;
        if (refusal === 'limit') response.setHeader('retry-after', '1');
        return void response.end();
      }
      response.setHeader('content-type', 'application/json');
      let answer: unknown;
      if (request.method === 'PATCH' || (request.method === 'POST' && id === '')) {
        const said = read(text, id);
        arrivals.push([vendor, said.application, said.position, at]);
        shown.set(`${vendor}/${said.application}`, { state: said.state, version: said.position });
        answer = { shows: said.state };
      } else answer = shown.get(`${vendor}/${id}`);
      if (answer === undefined) response.statusCode = 404;
      return void setTimeout(() => response.end(JSON.stringify(answer ?? {})), manner.slow);
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
