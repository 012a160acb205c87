// Access tokens of ten minutes (RFC 9068): issued to clients, and checked on every request without asking anybody else.
import { createPrivateKey, createPublicKey, hash, type KeyObject, randomUUID } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import { isScope, type Scope, splitScopes } from '../../core/access/scopes.ts';
import { limits } from '../../core/limits.ts';
import type { Context } from '../context.ts';
import type { KnownClient, KnownClients } from './known-clients.ts';

const audience = 'interlock';
const algorithm = 'EdDSA';
/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Read with the first token rather than at the start. */
let loaded: Promise<typeof import('jose')> | undefined;
const jose = (): Promise<typeof import('jose')> => (loaded ??= import('jose'));

/** What a request may do: the token's scopes, as far as the client still has them. */
export interface ApiClient {
  id: string;
  name: string;
  kind: KnownClient['kind'];
  scopes: readonly Scope[];
  connection: KnownClient['connection'];
}

export type Verified =
  | { kind: 'valid'; client: ApiClient; jti: string; expiresAtMs: number }
  | { kind: 'invalid'; reason: 'malformed' | 'expired' | 'revoked' };

export interface Tokens {
  issuer: string;
  issue(client: KnownClient, scopes: readonly Scope[]): Promise<{ token: string; expiresInSeconds: number }>;
  /** Rejects when it cannot be known whether the client is still allowed in. */
  verify(token: string): Promise<Verified>;
  /** The public key, as `/oauth2/jwks` shows it. */
  jwk: JWK;
}

/** `issuer` is the public URL without a slash at its end; the key follows from the master key, so every process has the same. */
export function createTokens(
  context: Pick<Context, 'vault' | 'now'>,
  clients: Pick<KnownClients, 'find'>,
  issuer: string,
): Tokens {
  const seed = context.vault.derive('token-signing');
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  const kid = thumbprint(x);
  const claims = claimsReader(publicKey, issuer, context.now);
  return {
    issuer,
    jwk: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: algorithm, use: 'sig' },
    async issue(client, scopes) {
      const issuedAt = Math.floor(context.now() / 1000);
      const { SignJWT } = await jose();
      const token = await new SignJWT({ client_id: client.id, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(client.id)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + limits.tokenTtlSeconds)
        .sign(privateKey);
      return { token, expiresInSeconds: limits.tokenTtlSeconds };
    },
    async verify(token) {
      const read = await claims(token);
      if (typeof read === 'string') return { kind: 'invalid', reason: read };
      const client = await clients.find(read.clientId);
      if (!client || client.revoked || Object.hasOwn(client.revokedTokens, read.jti))
        return { kind: 'invalid', reason: 'revoked' };
      return { kind: 'valid', client: allowed(read, client), jti: read.jti, expiresAtMs: read.expiresAtMs };
    },
  };
}

/** RFC 7638: over the required members in this order. */
const thumbprint = (x: string): string =>
  hash('sha256', JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }), 'base64url');

interface Claims {
  clientId: string;
  jti: string;
  expiresAtMs: number;
  scopes: readonly Scope[];
  /** Worked out once per state of the client, not once per request. */
  allowed?: { from: KnownClient; client: ApiClient };
}

/** Checks the signature once per token; what a good one says is kept until it runs out, under its hash. */
function claimsReader(
  publicKey: KeyObject,
  issuer: string,
  now: () => number,
): (token: string) => Promise<Claims | 'malformed' | 'expired'> {
  const cache = new Map<string, Claims>();
  return async (token) => {
    const key = hash('sha256', token, 'base64');
    const cached = cache.get(key);
    if (cached && cached.expiresAtMs > now()) {
      // Moved to the end, so that the first one is always the one that was used longest ago.
      cache.delete(key);
      cache.set(key, cached);
      return cached;
    }
    cache.delete(key);
    const claims = await readClaims(token, publicKey, issuer, now());
    if (typeof claims === 'string') return claims;
    if (cache.size >= limits.tokenCacheMax) cache.delete(cache.keys().next().value as string);
    cache.set(key, claims);
    return claims;
  };
}

/** One key, one algorithm, one type: nothing in the token's header chooses how it is checked (RFC 8725). */
async function readClaims(
  token: string,
  publicKey: KeyObject,
  issuer: string,
  now: number,
): Promise<Claims | 'malformed' | 'expired'> {
  const { jwtVerify } = await jose();
  try {
    const { payload } = await jwtVerify(token, publicKey, {
      algorithms: [algorithm],
      typ: 'at+jwt',
      issuer,
      audience,
      requiredClaims: ['sub', 'client_id', 'scope', 'jti', 'iat', 'exp'],
      currentDate: new Date(now),
    });
    return asClaims(payload) ?? 'malformed';
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_JWT_EXPIRED' ? 'expired' : 'malformed';
  }
}

function asClaims({ sub, jti, exp, client_id: clientId, scope }: JWTPayload): Claims | null {
  if (
    typeof clientId !== 'string' ||
    clientId !== sub ||
    typeof jti !== 'string' ||
    typeof exp !== 'number' ||
    typeof scope !== 'string'
  )
    return null;
  return { clientId, jti, expiresAtMs: exp * 1000, scopes: splitScopes(scope).filter(isScope) };
}

function allowed(claims: Claims, client: KnownClient): ApiClient {
  if (claims.allowed?.from !== client) {
    const { id, name, kind, connection } = client;
    claims.allowed = {
      from: client,
      client: { id, name, kind, connection, scopes: claims.scopes.filter((scope) => client.scopes.includes(scope)) },
    };
  }
  return claims.allowed.client;
}
