// Reads what a client posts to the token and revocation endpoints: a form, and credentials in one of two places (RFC 6749 §2.3).

export type ClientForm =
  | { kind: 'read'; id: string; secret: string; parameters: Readonly<Record<string, string>> }
  | { kind: 'refused'; error: 'invalid_request' | 'invalid_client'; description: string };

/** `authorization` is the header; `body` the form as text. Parameters may not be repeated (§3.2); empty ones count as absent. */
export function readClientForm(
  contentType: string | undefined,
  authorization: string | undefined,
  body: string,
): ClientForm {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    return refuse('Send the parameters as application/x-www-form-urlencoded.');
  }
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    if (name in parameters) return refuse('A parameter is given more than once.');
    if (value !== '') parameters[name] = value;
  }
  const { client_id: postedId, client_secret: postedSecret } = parameters;
  if (authorization === undefined) {
    if (postedId === undefined || postedSecret === undefined)
      return refuse('Send client id and secret, by HTTP Basic or in the form.', 'invalid_client');
    return { kind: 'read', id: postedId, secret: postedSecret, parameters };
  }
  const basic = readBasic(authorization);
  if (!basic)
    return refuse('The Authorization header is not HTTP Basic with a client id and secret.', 'invalid_client');
  if (postedSecret !== undefined || (postedId !== undefined && postedId !== basic.id))
    return refuse('Send the credentials once: by HTTP Basic or in the form.');
  return { kind: 'read', ...basic, parameters };
}

const refuse = (description: string, error: 'invalid_request' | 'invalid_client' = 'invalid_request'): ClientForm => ({
  kind: 'refused',
  error,
  description,
});

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). */
function readBasic(header: string): { id: string; secret: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return null;
  try {
    const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((half) =>
      decodeURIComponent(half.replaceAll('+', ' ')),
    ) as [string, string];
    return { id, secret };
  } catch {
    return null;
  }
}
