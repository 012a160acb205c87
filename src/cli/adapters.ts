// `interlock adapters`: every adapter there is, and what its vendor offers for safe writes.
import type { Command } from 'commander';
import { type Answer, answering, done } from './answer.ts';
import { verb } from './command.ts';
import { table } from './layout.ts';
import type { Cli } from './terminal.ts';

export function adaptersCommand(program: Command, cli: Cli): void {
  verb(program, 'adapters', 'List the adapters and what each can do', 'adapters').action(answering(cli, list));
}

async function list(): Promise<Answer> {
  const { adapters } = await import('../adapters/registry.ts');
  const items = [...adapters.values()].map(({ name, title, kind, capabilities, secrets }) => ({
    name,
    title,
    kind,
    capabilities,
    secrets: Object.entries(secrets).map(([secret, { description, optional }]) => ({
      name: secret,
      description,
      optional: optional === true,
    })),
  }));
  const rows = items.map(({ name, title, kind, capabilities, secrets }) => [
    name,
    title,
    kind,
    [capabilities.reads ? 'reads' : null, capabilities.writes ? 'writes' : null].filter(Boolean).join(', ') ||
      'only tells us',
    capabilities.precondition.replaceAll('_', ' '),
    capabilities.idempotencyKey ? 'yes' : 'no',
    secrets.map((one) => (one.optional ? `[${one.name}]` : one.name)).join(' '),
  ]);
  return done(
    { items },
    table(
      ['adapter', 'system', 'kind', 'can', 'precondition', 'idempotent', 'secrets'],
      rows,
      'There are no adapters.',
    ),
  );
}
