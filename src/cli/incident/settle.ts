// `incident settle`: a person says how it was settled.
import type { Command } from 'commander';
import type { IncidentDecided } from '../../services/settling/settle-incidents.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

interface SettleOptions {
  resolution: string;
}

export function settleCommand(incident: Command, cli: Cli): void {
  verb(
    incident,
    'settle <id>',
    'Settle an incident',
    'incident settle inc_01jd4k2m3n5p6q7r8s9t0v1w2x --resolution "mended in the ATS"',
  )
    .requiredOption('--resolution <text>', 'how it was settled, for those who come after')
    .action(answering(cli, (id: string, options: SettleOptions) => settle(cli, id, options)));
}

async function settle(cli: Cli, id: string, options: SettleOptions): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { settleIncident } = await import('../../services/settling/settle-incidents.ts');
    const decided = await settleIncident(context, id, { actor: by.actor, resolution: options.resolution });
    return decided.kind === 'done' ? done({ id }, `Settled ${id}.`) : failed(decided.kind, refusal(id, decided));
  });
}

function refusal(id: string, decided: Exclude<IncidentDecided, { kind: 'done' }>): string {
  switch (decided.kind) {
    case 'unknown':
      return `There is no incident ${id}; "interlock incident list" shows those that are open.`;
    case 'already_settled':
      return `The incident ${id} is settled already.`;
    case 'must_choose':
      return decided.about === 'field_conflict'
        ? `${id} is a field conflict: say which value counts with "interlock incident choose ${id}".`
        : `${id} proposes that two persons are one: say whether they are with "interlock incident same ${id}" or "interlock incident different ${id}".`;
    case 'writeback_dead':
      return `The writeback ${decided.writeback} behind it is dead and holds its lane: redrive or waive that, and the incident is settled with it.`;
  }
}
