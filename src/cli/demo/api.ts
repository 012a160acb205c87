// Speaks to the running service as any client would: a token from /oauth2/token, then JSON over HTTP; keeps what was promised.

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Promised {
  source: string;
  externalId: string;
}

export interface Api {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Posts an event, again and again under the same id while the service says "not now". */
  say(event: Record<string, unknown> & { id: string }): Promise<Answer>;
  /** Every event that was answered as recorded. */
  promised(): readonly Promised[];
}

const triesMax = 20;

export async function connectApi(url: string, client: { id: string; secret: string }): Promise<Api> {
  let token = await fetchToken(url, client);
  const promised: Promised[] = [];
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await patiently(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (answer.status !== 401 || attempt > 1) return answer;
      token = await fetchToken(url, client);
    }
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    async say(event) {
      const answer = await call('POST', '/v1/events', event);
      if (typeof answer.body.event === 'string') promised.push({ source: `client:${client.id}`, externalId: event.id });
      return answer;
    },
    promised: () => promised,
  };
}

async function fetchToken(url: string, client: { id: string; secret: string }): Promise<string> {
  const { status, body } = await patiently(`${url}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  if (typeof body.access_token !== 'string') throw new Error(`No token for the demo's client: HTTP ${status}`);
  return body.access_token;
}

/** Asks again while the service says that it has too much to do. */
async function patiently(url: string, request: RequestInit): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, request);
    const answer = { status: response.status, body: (await response.json()) as Record<string, unknown> };
    if ((answer.status !== 503 && answer.status !== 429) || attempt >= triesMax) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
  }
}
