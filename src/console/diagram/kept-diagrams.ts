// Diagrams of released versions: laid out once, kept in the database beside the version, drawn from there.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CompiledMachine } from '../../core/machine/machine.ts';
import type { Context } from '../../services/context.ts';
import { findLayout, keepLayout } from '../../store/log/machine-versions.ts';
import type { DiagramLayout } from './layout.ts';

/** Gives the SVG of a version. */
export function diagramsOf(context: Pick<Context, 'database'>): (machine: CompiledMachine) => Promise<string> {
  const layoutOf = layoutsOf(context);
  return async (machine) => {
    const { drawDiagram } = await import('./draw.ts');
    return drawDiagram(await layoutOf(machine), machine);
  };
}

/** Gives the layout of a version, from memory after the first time; those who ask at once wait for the same one. */
export function layoutsOf(context: Pick<Context, 'database'>): (machine: CompiledMachine) => Promise<DiagramLayout> {
  const known = new Map<string, Promise<DiagramLayout>>();
  return (machine) => {
    const found = known.get(machine.hash) ?? keptOrNew(context, machine);
    known.set(machine.hash, found);
    found.catch(() => known.delete(machine.hash));
    return found;
  };
}

async function keptOrNew(context: Pick<Context, 'database'>, machine: CompiledMachine): Promise<DiagramLayout> {
  const db = context.database.reports;
  const kept = (await findLayout(db, machine.name, machine.version)) as DiagramLayout | null;
  // A proposal may have the number of another content that was laid out.
  if (kept?.machine === machine.hash) return kept;
  const layout = await layoutApart(machine);
  await keepLayout(db, machine.name, machine.version, machine.hash, layout);
  return layout;
}

/** In a thread of its own where the program is built; sources run through a loader that threads do not have. */
async function layoutApart(machine: CompiledMachine): Promise<DiagramLayout> {
  if (import.meta.url.endsWith('.ts')) return (await import('./layout.ts')).layoutDiagram(machine);
  const mine = turn.then(() => askThread(machine));
  turn = mine.catch(() => {});
  return mine;
}

/** One at a time, by one thread: reading the layouter and warming it up takes longer than the second diagram. */
let turn: Promise<unknown> = Promise.resolve();
let thread: Worker | undefined;
let ending: NodeJS.Timeout | undefined;
const idleMs = 2_000;

async function askThread({ definition }: CompiledMachine): Promise<DiagramLayout> {
  clearTimeout(ending);
  const asked = thread ?? new Worker(new URL('./layout-worker.js', import.meta.url));
  thread = asked;
  try {
    asked.postMessage(definition);
    const [layout] = (await once(asked, 'message')) as [DiagramLayout];
    ending = setTimeout(() => {
      thread = undefined;
      void asked.terminate();
    }, idleMs).unref();
    return layout;
  } catch (error) {
    thread = undefined;
    await asked.terminate();
    throw error;
  }
}
