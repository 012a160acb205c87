// The OpenAPI 3.1 document: made of the same schemas that check, so it cannot say something else than the service does.
import type { OpenAPIHono } from '@hono/zod-openapi';
import { scopes } from '../core/access/scopes.ts';
import type { AuthEnv } from './door/auth.ts';

export function openApiDocument(api: OpenAPIHono<AuthEnv>, publicUrl: string): unknown {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Interlock',
      version: '1',
      description: 'Events in, legal transitions recorded, every system brought to show them, and proof that it does.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: publicUrl }],
    security: [{ oauth2: [] }],
  });
  return {
    ...document,
    components: {
      ...document.components,
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          description: 'Client credentials; make a client with the command line.',
          flows: { clientCredentials: { tokenUrl: '/oauth2/token', scopes } },
        },
        assessmentKey: {
          type: 'http',
          scheme: 'basic',
          description: 'The key of an assessment connection as the user name, and no password.',
        },
      },
    },
  };
}
