// What the simulated BambooHR says of its own fields and lists.
import { answer } from './kernel/answer.ts';
import type { FaultScript } from './kernel/faults.ts';
import type { SandboxApp } from './kernel/server.ts';

interface Lists {
  fields: ReadonlySet<string>;
  /** Options of the status list that there are or were, and those that there are. */
  everyStatus: readonly string[];
  statuses: ReadonlySet<string>;
}

/** Adds `/api/v1/meta/fields` and `/api/v1/meta/lists`; options that were taken out stay in the list as archived. */
export function addLists(app: SandboxApp, faults: FaultScript, statusField: string, lists: Lists): void {
  app.get('/api/v1/meta/fields', (call) =>
    answer(call, faults, 'read', () => ({
      status: 200,
      body: [...lists.fields].map((name, index) => ({ id: index + 1, name, type: 'text', alias: name })),
    })),
  );
  app.get('/api/v1/meta/lists', (call) =>
    answer(call, faults, 'read', () => ({
      status: 200,
      body: [
        {
          fieldId: '4047',
          alias: statusField,
          name: 'Employment Status',
          manageable: 'yes',
          multiple: 'no',
          options: lists.everyStatus.map((name, index) => ({
            id: index + 1,
            archived: lists.statuses.has(name) ? 'no' : 'yes',
            name,
          })),
        },
      ],
    })),
  );
}
