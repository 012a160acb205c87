// `agreement`: where a system does not show the canonical state, since when, why and whose turn it is.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DisagreementCause, disagreementCauses } from '../core/deciding/disagreement.ts';
import { type Answer, answering, done } from './answer.ts';
import { verb } from './command.ts';
import { table } from './layout.ts';
import { limitDefault, limitFlag, limitHelp, parseLimit } from './page.ts';
import { inSession } from './session.ts';
import type { Cli } from './terminal.ts';

interface AgreementOptions {
  connection?: string;
  machine?: string;
  cause?: DisagreementCause;
  olderThan?: number;
  limit: number;
}

export function agreementCommand(program: Command, cli: Cli): void {
  verb(
    program,
    'agreement',
    'Where a system does not show the canonical state, oldest first',
    'agreement --cause moved_by_hand',
  )
    .option('--connection <name>', 'only of this connection')
    .option('--machine <name>', 'only of this machine')
    .addOption(new Option('--cause <cause>', 'only for this cause').choices(disagreementCauses))
    .option('--older-than <minutes>', 'only what has been so for as long', parseMinutes)
    .option(limitFlag, limitHelp, parseLimit, limitDefault)
    .action(answering(cli, (options: AgreementOptions) => show(cli, options)));
}

async function show(cli: Cli, { olderThan, limit, ...filter }: AgreementOptions): Promise<Answer> {
  return inSession(cli, async ({ context }) => {
    const { readAgreement } = await import('../services/reports/read-agreement.ts');
    const { items, totals } = await readAgreement(context, {
      ...filter,
      ...(olderThan === undefined ? {} : { ageMinMs: olderThan * 60_000 }),
      after: null,
      rowsMax: limit,
    });
    const rows = items.map((one) => [
      one.subject,
      one.connection,
      one.canonical,
      one.stage ?? one.shows ?? '-',
      one.cause,
      one.owner,
      one.since,
    ]);
    const figures = totals.map((one) => [
      one.connection,
      String(one.pairs),
      String(one.open),
      one.share === null ? '-' : `${(Math.floor(one.share * 1_000) / 10).toFixed(1)} %`,
      one.countedAt,
    ]);
    const headings = ['subject', 'connection', 'canonical', 'shows', 'cause', 'whose turn', 'since'];
    const shares = ['connection', 'subjects', 'disagree', 'in agreement', 'counted at'];
    return done(
      { items, totals },
      [table(shares, figures, 'No system has anything to show yet.'), table(headings, rows, 'Nothing disagrees.')].join(
        '\n\n',
      ),
    );
  });
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= 5_256_000) return minutes;
  throw new InvalidArgumentError('It is a whole number of minutes.');
}
