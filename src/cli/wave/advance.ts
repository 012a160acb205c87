// `wave advance`: a connection moves on to its next phase, if its gates are passed or somebody takes it upon herself.
import { type Command, Option } from 'commander';
import { type Answer, answering, misused } from '../answer.ts';
import { commaSeparated, verb } from '../command.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';
import { type Bounds, bounds, gatesOf } from './bounds.ts';
import { changed } from './changed.ts';

interface AdvanceOptions extends Bounds {
  to: 'pilot' | 'live';
  regions?: string[];
  businessUnits?: string[];
  requisitionTypes?: string[];
  catchUp?: boolean;
  override?: boolean;
  reason?: string;
}

export function advanceCommand(wave: Command, cli: Cli): void {
  bounds(
    verb(
      wave,
      'advance <connection>',
      'Move on to the next phase; refused, with its gates, while one of them is not passed',
      'wave advance greenhouse-eu --to pilot --regions de,at',
    ),
  )
    .addOption(new Option('--to <phase>', 'the phase to begin').choices(['pilot', 'live']).makeOptionMandatory())
    .option('--regions <list>', 'a pilot of these regions', commaSeparated)
    .option('--business-units <list>', 'a pilot of these business units', commaSeparated)
    .option('--requisition-types <list>', 'a pilot of these types of requisition', commaSeparated)
    .option('--catch-up', 'let reconciliation put right what differs since it was watched')
    .option('--override', 'move on although a gate is not passed; audited with its reason')
    .option('--reason <text>', 'why')
    .action(answering(cli, (name: string, options: AdvanceOptions) => advance(cli, name, options)));
}

async function advance(cli: Cli, connection: string, options: AdvanceOptions): Promise<Answer> {
  const { to, regions, businessUnits, requisitionTypes, catchUp, override, reason } = options;
  if (override && !reason) return misused('--override needs a --reason: it is kept with who did it.');
  const gates = gatesOf(options);
  if (gates === null) return misused('--gate is a name and a number with = between, such as minDays=14.');
  const scope = {
    ...(regions ? { regions } : {}),
    ...(businessUnits ? { businessUnits } : {}),
    ...(requisitionTypes ? { requisitionTypes } : {}),
  };
  const { changePhase } = await import('../../services/waves/waves.ts');
  const result = await inSession(cli, ({ context, by }) =>
    changePhase(context, {
      connection,
      to,
      pilot: Object.keys(scope).length > 0 ? scope : undefined,
      gates,
      catchUp,
      override: override && reason ? { reason } : undefined,
      actor: by.actor,
    }),
  );
  return changed(
    result,
    connection,
    `${connection} is ${to} now. What happens from now on is written${to === 'pilot' ? ' for the pilot; the rest is only watched' : ''}.`,
  );
}
