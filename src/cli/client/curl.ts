// The command that fetches a token, ready to be pasted.

/** Id and secret are letters, digits, `_` and `-`: nothing that a shell would touch. */
export const curlForToken = (tokenUrl: string, id: string, secret: string): string =>
  `curl -s -u ${id}:${secret} -d grant_type=client_credentials ${tokenUrl}`;
