// Access tokens of the rig's clients, one for each core: a core whose clock is wrong would not take another's.
import type { ClientCredentials } from './ground.ts';

export interface Tokens {
  /** Rejects when the core cannot be asked now. */
  token(client: 'ats' | 'portal', core: number): Promise<string>;
  forget(): void;
}

export function tokens(url: (core: number) => string, clients: Record<'ats' | 'portal', ClientCredentials>): Tokens {
  const kept = new Map<string, Promise<string>>();
  return {
    token(client, core) {
      const key = `${client} ${core}`;
      const known = kept.get(key);
      if (known) return known;
      const asked = ask(url(core), clients[client]);
      kept.set(key, asked);
      asked.catch(() => kept.delete(key));
      return asked;
    },
    forget: () => kept.clear(),
  };
}

async function ask(url: string, { id, secret }: ClientCredentials): Promise<string> {
  const answer = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal: AbortSignal.timeout(5_000),
  });
  const body = (await answer.json()) as { access_token?: string };
  if (answer.status !== 200 || !body.access_token) throw new Error(`No token: ${answer.status}`);
  return body.access_token;
}
