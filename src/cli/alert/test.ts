// `alert test`: really sends a message over a channel, and says what came back.
import type { Command } from 'commander';
import { type Answer, answering, done } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { refusal } from './refusal.ts';

export function testCommand(alert: Command, cli: Cli): void {
  verb(alert, 'test <channel>', 'Send a message over a channel and say what came back', 'alert test ops').action(
    answering(cli, (name: string) => send(cli, name)),
  );
}

async function send(cli: Cli, name: string): Promise<Answer> {
  return inSession(cli, async ({ context, by, publicUrl }) => {
    const { testAlertChannel } = await import('../../services/alerts/manage-alert-channels.ts');
    const tested = await testAlertChannel(context, by, name, publicUrl);
    if (tested.kind === 'refused') return refusal(tested);
    const { status, answer, text } = tested;
    const said = text.trim() === '' ? '' : `\nIt said: ${text.trim()}`;
    return done({ status, answer, text }, `${status}: ${answer}${said}`, status === 'sent' ? 0 : 1);
  });
}
