// /v1/imports: taking in what there was before, in parts of at most a thousand lines; what was broken off goes on where it stopped.
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { fingerprint } from '../../core/canonical-json.ts';
import type { ImportId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { machineNames } from '../../core/machine/definition.ts';
import { connectionNameSchema } from '../../services/connections/connection-terms.ts';
import type { Context } from '../../services/context.ts';
import { beginImport, type ImportRefused } from '../../services/imports/begin-import.ts';
import { endParts, takePart } from '../../services/imports/import-parts.ts';
import { findImport, type ImportRow, listImports } from '../../store/files/imports.ts';
import { behind, documentedApp, idSchema, json, jsonBody, plainText } from '../documented.ts';
import { type Access, type AuthEnv, requireScope } from '../door/auth.ts';
import { boundedBody } from '../door/limits.ts';
import { problem, problemResponses } from '../problems/problems.ts';

const states = z
  .record(z.string().min(1).max(200), z.string().min(1).max(200))
  .default({})
  .describe('Words of the lines for our states');

const newImport = z
  .object({
    connection: connectionNameSchema,
    machine: z.enum(machineNames).default('application'),
    source: plainText(200).describe('What the file is called'),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of the file: the same again is the same import'),
    states,
    writeBack: z.boolean().default(false).describe('Tell every connected system, as of any transition'),
  })
  .strict();

const part = z
  .object({
    from: z
      .number()
      .int()
      .positive()
      .describe('Number of the first line, from 1; what is wanted next is `rowsDone` + 1'),
    lines: z.array(z.record(z.string(), z.unknown())).min(1).max(limits.importLinesPerRequestMax),
    states,
  })
  .strict();

const importSchema = z
  .object({
    id: idSchema('imp'),
    connection: z.string().nullable(),
    machine: z.string(),
    source: z.string(),
    status: z.enum(['running', 'done', 'failed']),
    writeBack: z.boolean(),
    rowsDone: z.number().int(),
    created: z.number().int(),
    duplicates: z.number().int(),
    errors: z.number().int(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
  })
  .openapi('Import');

const takenSchema = z
  .object({
    import: importSchema,
    created: z.number().int(),
    duplicates: z.number().int(),
    errors: z.array(z.object({ line: z.number().int(), rule: z.string(), todo: z.string() })),
  })
  .openapi('ImportPart');

const id = z.object({ id: idSchema('imp') });

export function importRoutes(context: Context, access: Access): OpenAPIHono<AuthEnv> {
  const app = documentedApp();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/imports',
      operationId: 'listImports',
      ...behind(access, 'imports', 'connections:read'),
      responses: { 200: json(z.object({ items: z.array(importSchema) }), 'The newest'), ...problemResponses },
    }),
    async (request) => {
      const rows = await listImports(context.database.reports, limits.pageRowsDefault);
      return request.json({ items: rows.map(shown) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/imports/{id}',
      operationId: 'getImport',
      ...behind(access, 'imports', 'connections:read'),
      request: { params: id },
      responses: { 200: json(importSchema, 'The import'), ...problemResponses },
    }),
    async (request) => {
      const row = await findImport(context.database.reports, request.req.valid('param').id);
      return row ? request.json(shown(row), 200) : unknownImport(request);
    },
  );
  addTaking(app, context, access);
  return app;
}

function addTaking(app: OpenAPIHono<AuthEnv>, context: Context, access: Access): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/imports',
      operationId: 'beginImport',
      ...behind(access, 'imports', 'connections:manage'),
      request: { body: jsonBody(newImport, 'What is imported') },
      responses: { 200: json(importSchema, 'Begun, or found as far as it came'), ...problemResponses },
    }),
    async (request) => {
      const actor = { kind: 'client' as const, id: request.get('client').id };
      const { fingerprint: ofFile, ...terms } = request.req.valid('json');
      // The same file under other terms is another import.
      const { source: _, ...meant } = terms;
      const begun = await beginImport(context, { ...terms, fingerprint: fingerprint({ ofFile, ...meant }), actor });
      return begun.kind === 'begun' ? request.json(shown(begun.row), 200) : refuse(request, begun);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/imports/{id}/lines',
      operationId: 'importLines',
      ...behind(access, 'imports', 'connections:manage'),
      middleware: [requireScope(access, 'connections:manage'), boundedBody(limits.bulkBodyBytesMax)] as [
        MiddlewareHandler<AuthEnv>,
        MiddlewareHandler,
      ],
      request: { params: id, body: jsonBody(part, 'The next lines, as the columns of a file') },
      responses: { 200: json(takenSchema, 'What came of each'), ...problemResponses },
    }),
    async (request) => {
      const { from, lines, states: words } = request.req.valid('json');
      const taken = await takePart(context, request.req.valid('param').id, from, lines, words);
      if (taken.kind === 'taken') {
        const { row, created, duplicates, errors } = taken;
        return request.json({ import: shown(row), created, duplicates, errors }, 200);
      }
      if (taken.kind === 'unknown_import') return unknownImport(request);
      if (taken.kind !== 'out_of_order') return refuse(request, taken);
      const detail = `The next line that is wanted is ${taken.next}`;
      return problem(request, 409, { code: 'import_out_of_order', detail, next: taken.next }) as never;
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/imports/{id}/end',
      operationId: 'endImport',
      ...behind(access, 'imports', 'connections:manage'),
      request: {
        params: id,
        body: jsonBody(z.object({ lines: z.number().int().nonnegative() }).strict(), 'Lines in all'),
      },
      responses: { 200: json(importSchema, 'Ended'), ...problemResponses },
    }),
    async (request) => {
      const name = request.req.valid('param').id;
      const ended = await endParts(context, name, request.req.valid('json').lines);
      const row = await findImport(context.database.engine, name);
      if (!row) return unknownImport(request);
      const detail = `${row.rows_done} lines were taken`;
      return ended
        ? request.json(shown(row), 200)
        : (problem(request, 409, { code: 'import_out_of_order', detail, next: row.rows_done + 1 }) as never);
    },
  );
}

const shown = (row: ImportRow): z.infer<typeof importSchema> => ({
  id: row.id as ImportId,
  connection: row.connection_id,
  machine: row.machine,
  source: row.source,
  status: row.status as 'running' | 'done' | 'failed',
  writeBack: row.write_back,
  rowsDone: row.rows_done,
  created: row.rows_created,
  duplicates: row.rows_duplicate,
  errors: row.rows_error,
  startedAt: row.started_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
});

const unknownImport = (request: Parameters<typeof problem>[0]) =>
  problem(request, 404, { code: 'unknown_import', detail: 'There is no import with this id' }) as never;

function refuse(request: Parameters<typeof problem>[0], refused: ImportRefused) {
  const detail =
    refused.kind === 'unknown_connection'
      ? 'There is no such connection.'
      : refused.kind === 'unknown_columns'
        ? `The dictionary has no element ${refused.columns.map((one) => `"${one.slice(0, 100)}"`).join(', ')}`
        : 'A word of `states` leads to what is no state';
  return problem(request, refused.kind === 'unknown_connection' ? 404 : 422, { code: refused.kind, detail }) as never;
}
