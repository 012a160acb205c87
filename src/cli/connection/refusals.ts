// What a refused change of a connection says on the command line.
import type { Managed } from '../../services/connections/manage-connections.ts';
import { type Answer, failed, type Problem } from '../answer.ts';

const messages: Record<Extract<Managed, { ok: false }>['code'], string> = {
  unknown_adapter: 'There is no such adapter.',
  invalid_settings: 'The settings are not what the adapter needs.',
  invalid_secrets: 'The secrets are not what the adapter needs.',
  name_taken: 'The name is taken.',
  unknown_connection: 'There is no such connection, or it was removed.',
};

export const refusal = (managed: Extract<Managed, { ok: false }>): Answer =>
  failed(managed.code, messages[managed.code], managed.problems);

export const unknownConnection = (name: string): Answer =>
  refusal({
    ok: false,
    code: 'unknown_connection',
    problems: [
      { pointer: '/id', detail: `there is no connection "${name}"; "interlock connection list" shows those there are` },
    ],
  });

interface Issues {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

/** The issues of a schema as pointer and detail. */
export const problemsOf = (pointer: string, { issues }: Issues): Problem[] =>
  issues.map((issue) => ({ pointer: [pointer, ...issue.path.map(String)].join('/'), detail: issue.message }));
