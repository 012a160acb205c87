// Diagrams of released versions: laid out once, kept in the database beside the version, drawn from there.
import type { CompiledMachine } from '../../core/machine.ts';
import type { Context } from '../../services/context.ts';
import { findLayout, keepLayout } from '../../store/machine-versions.ts';
import type { DiagramLayout } from './layout.ts';

/** Gives the SVG of a version. */
export function diagramsOf(context: Pick<Context, 'database'>): (machine: CompiledMachine) => Promise<string> {
  return async (machine) => {
    const db = context.database.reports;
    const { drawDiagram } = await import('./draw.ts');
    const kept = (await findLayout(db, machine.name, machine.version)) as DiagramLayout | null;
    if (kept) return drawDiagram(kept, machine);
    // The layout engine is heavy and needed once per version: it is loaded only then.
    const { layoutDiagram } = await import('./layout.ts');
    const layout = await layoutDiagram(machine);
    await keepLayout(db, machine.name, machine.version, layout);
    return drawDiagram(layout, machine);
  };
}
