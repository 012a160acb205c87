// `wave show`: how far connections have come, which gates stand before the next phase, and what people did with what would have been written.
import type { Command } from 'commander';
import { type Gate, gateWords } from '../../core/deciding/gates.ts';
import type { WaveView } from '../../services/waves/read-waves.ts';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import { fields, indent, table } from '../layout.ts';
import { inSession } from '../session.ts';
import type { Cli } from '../terminal.ts';

export function showCommand(wave: Command, cli: Cli): void {
  verb(
    wave,
    'show [connection]',
    'Show how far connections have come, and what stands before the next phase',
    'wave show greenhouse-eu',
  ).action(answering(cli, (name: string | undefined) => show(cli, name)));
}

async function show(cli: Cli, name: string | undefined): Promise<Answer> {
  const { readWaves } = await import('../../services/waves/read-waves.ts');
  const waves = await inSession(cli, ({ context }) => readWaves(context));
  if (name === undefined)
    return done(
      { items: waves },
      table(
        ['connection', 'phase', 'since', 'days', 'compared or written', 'before the next phase'],
        waves.map((one) => [
          one.connection,
          one.phase,
          one.since?.slice(0, 10) ?? '',
          one.since ? String(Math.floor(one.figures.days)) : '',
          String(one.figures.volume),
          waiting(one),
        ]),
        'There are no connections.',
      ),
    );
  const found = waves.find((one) => one.connection === name);
  return found ? done(found, whole(found)) : failed('unknown_connection', `There is no connection "${name}".`);
}

function waiting({ held, next, gates }: WaveView): string {
  if (held) return `held: ${held.detail}`;
  if (next === null) return '';
  const open = gates.filter((gate) => !gate.passed);
  return open.length === 0 ? `nothing: ${next} may begin` : open.map((gate) => gate.name).join(', ');
}

function whole(one: WaveView): string {
  const parts = [
    fields([
      ['Connection', one.connection],
      ['Phase', one.since ? `${one.phase}, since ${one.since}` : 'live, without waves'],
      ...(Object.keys(one.pilot).length > 0 ? [['Pilot', scopeWords(one.pilot)] as const] : []),
      ...(one.held ? [['Held', `since ${one.held.at}, ${one.held.detail}`] as const] : []),
    ]),
  ];
  if (one.next) parts.push(`Before ${one.next}:\n${indent(one.gates.map(gateLine).join('\n'))}`);
  if (one.shadows.length > 0)
    parts.push(
      table(
        ['would have been written', 'to', 'done by people', 'not done', 'overtaken', 'open'],
        one.shadows.map((row) => [
          row.event,
          row.target,
          ...[row.matches, row.misses, row.overtaken, row.open].map(String),
        ]),
        '',
      ),
    );
  return parts.join('\n\n');
}

const gateLine = (gate: Gate): string => `${gate.passed ? 'passed' : 'open  '}  ${gateWords(gate)}`;
const scopeWords = (pilot: WaveView['pilot']): string =>
  Object.entries(pilot)
    .map(([name, list]) => `${name}: ${(list ?? []).join(', ')}`)
    .join('; ');
