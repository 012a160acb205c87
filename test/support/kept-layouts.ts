// Layouts of the machines' diagrams: made by the first test file of a run that shows a diagram, read from a file by the others.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { DiagramLayout } from '../../src/console/diagram/layout.ts';
import type { Context } from '../../src/services/context.ts';
import { findLayout, keepLayout } from '../../src/store/log/machine-versions.ts';

type Needs = Pick<Context, 'database' | 'machines'>;

/** Of machine versions by their hash. Laying one out takes a second in which a process does nothing else. */
const laidOut = new Map<string, DiagramLayout>();

/** Puts the layouts that are known by now into this database, as if it had made them. */
export async function bringLayouts({ database, machines }: Needs): Promise<void> {
  const versions = machines.all();
  const path = file();
  if (versions.some(({ hash }) => !laidOut.has(hash)) && existsSync(path))
    for (const one of JSON.parse(readFileSync(path, 'utf8')) as DiagramLayout[]) laidOut.set(one.machine, one);
  for (const { name, version, hash } of versions) {
    const layout = laidOut.get(hash);
    if (layout) await keepLayout(database.engine, name, version, hash, layout);
  }
}

/** Remembers for the files that follow what was laid out here. */
export async function takeLayouts({ database, machines }: Needs): Promise<void> {
  let more = false;
  for (const { name, version, hash } of machines.all()) {
    if (laidOut.has(hash)) continue;
    const layout = (await findLayout(database.engine, name, version)) as DiagramLayout | null;
    if (layout?.machine !== hash) continue;
    laidOut.set(hash, layout);
    more = true;
  }
  if (!more) return;
  // Renamed at the end, so that nobody reads half of it.
  const written = `${file()}.${process.pid}`;
  writeFileSync(written, JSON.stringify([...laidOut.values()]));
  renameSync(written, file());
}

const file = (): string => join(inject('scratch'), `layouts-${inject('run')}.json`);
