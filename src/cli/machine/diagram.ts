// `machine diagram`: draws a version as an SVG file.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Answer, answering, done, failed } from '../answer.ts';
import { verb } from '../command.ts';
import type { Cli } from '../terminal.ts';
import { findVersion } from './find.ts';

interface DiagramOptions {
  out: string;
}

export function diagramCommand(machine: Command, cli: Cli): void {
  verb(
    machine,
    'diagram <name> <version>',
    'Draw a version as an SVG file',
    'machine diagram application latest --out application.svg',
  )
    .requiredOption('--out <file>', 'where to; an existing file is replaced')
    .action(answering(cli, draw));
}

async function draw(name: string, version: string, options: DiagramOptions): Promise<Answer> {
  const found = await findVersion(name, version);
  if ('wrong' in found) return found.wrong;
  const [{ layoutDiagram }, { drawDiagram }] = await Promise.all([
    import('../../console/diagram/layout.ts'),
    import('../../console/diagram/draw.ts'),
  ]);
  const { machine } = found;
  const svg = drawDiagram(await layoutDiagram(machine), machine);
  try {
    writeFileSync(options.out, svg);
  } catch (error) {
    return failed('not_written', `${options.out} cannot be written: ${(error as Error).message}`);
  }
  const { name: drawn, version: number, hash } = machine;
  return done({ machine: drawn, version: number, hash, file: options.out }, `Drew ${drawn} v${number}: ${options.out}`);
}
