// `event replay`: a quarantined webhook once more, after its connection's mapping was mended.
import type { Command } from 'commander';
import type { Replay } from '../../services/intake/replay-event.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function replayCommand(event: Command, cli: Cli): void {
  verb(
    event,
    'replay <id>',
    'Replay a quarantined webhook with the settings its connection has now',
    'event replay evt_01jd4k2m3n5p6q7r8s9t0v1w2x',
  ).action(answering(cli, (id: string) => replay(cli, id)));
}

async function replay(cli: Cli, id: string): Promise<Answer> {
  return inSession(cli, async ({ context, by }) => {
    const { replayEvent } = await import('../../services/intake/replay-event.ts');
    const answer = await replayEvent(context, id, { actor: by.actor });
    if (answer.kind !== 'replayed') return failed(answer.kind, refusal(id, answer));
    const { recorded, ignored } = answer;
    const rows = recorded.map((one) => [one.event, one.disposition, one.code ?? '-', one.subject ?? '-']);
    const nothing = `Replayed ${id}; it says nothing that had to be recorded: ${ignored.join(', ')}.`;
    return done({ id, recorded, ignored }, table(['event', 'disposition', 'code', 'subject'], rows, nothing));
  });
}

function refusal(id: string, answer: Exclude<Replay, { kind: 'replayed' }>): string {
  switch (answer.kind) {
    case 'unknown_event':
      return `There is no event ${id}; "interlock incident list --kind quarantined_event --json" names those that wait.`;
    case 'not_quarantined':
      return `The event ${id} is ${answer.disposition}; only quarantined ones are replayed.`;
    case 'still_quarantined':
      return `Still not understood (${answer.reason}), so nothing was recorded: ${answer.detail}`;
    case 'erased':
      return `The payload of ${id} was erased and cannot be read any more; settle its incident.`;
    case 'connection_removed':
      return `The connection "${answer.connection}" was removed, so nothing says how to read ${id}; settle its incident.`;
  }
}
