// For what cannot be taken back: a person says yes, or a script says --yes.
import { type Answer, misused } from './answer.ts';
import { askYes, canAsk } from './ask.ts';
import type { Cli } from './terminal.ts';

/** Null when it is confirmed. `what` is a sentence that says what will be gone. */
export async function unconfirmed(
  cli: Cli,
  options: { json?: boolean; yes?: boolean },
  what: string,
): Promise<Answer | null> {
  if (options.yes) return null;
  if (!canAsk(cli, options)) return misused(`${what} Say --yes if that is meant.`);
  return (await askYes(cli, `${what} Go on?`)) ? null : misused('Nothing was changed.');
}
