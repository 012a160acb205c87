// `wave hold` and `wave resume`: writes to a connection wait, or go on, in their order.
import type { Command } from 'commander';
import { answering } from '../answer.ts';
import { verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { changed } from './changed.ts';

interface Reason {
  reason: string;
}

export function holdCommand(wave: Command, cli: Cli): void {
  verb(
    wave,
    'hold <connection>',
    'Stop writing to it; what is to be written waits, in its order',
    'wave hold greenhouse-eu --reason "Wrong stages"',
  )
    .requiredOption('--reason <text>', 'why; it is kept')
    .action(
      answering(cli, async (connection: string, { reason }: Reason) => {
        const { holdWave } = await import('../../services/waves/waves.ts');
        const result = await inSession(cli, ({ context, by }) =>
          holdWave(context, { connection, gate: 'person', detail: reason, actor: by.actor }),
        );
        return changed(result, connection, `${connection} is held. What is to be written waits.`);
      }),
    );
}

export function resumeCommand(wave: Command, cli: Cli): void {
  verb(
    wave,
    'resume <connection>',
    'Let it write again after it was held',
    'wave resume greenhouse-eu --reason "Stages are mended"',
  )
    .requiredOption('--reason <text>', 'why; it is kept')
    .action(
      answering(cli, async (connection: string, { reason }: Reason) => {
        const { resumeWave } = await import('../../services/waves/waves.ts');
        const result = await inSession(cli, ({ context, by }) =>
          resumeWave(context, { connection, reason, actor: by.actor }),
        );
        return changed(result, connection, `${connection} writes again.`);
      }),
    );
}
