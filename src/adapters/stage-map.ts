// Which of a vendor's stages stands for which of our states: one table in a connection's settings, read in both directions.
import { z } from 'zod';
import { isWithin } from '../core/machine/machine.ts';

const statePath = z
  .string()
  .regex(
    /^active(\.[a-z_]+)*$|^on_hold$/,
    'A state or region of the application machine, such as "active.screening" or "active.offer.accepted".',
  );

const stageName = z.string().trim().min(1).max(255);

/** Our state or region to the vendor's stage, by whatever the vendor's stages are known by; the most specific entry wins. */
export const stageMap = z
  .record(statePath, stageName)
  .refine((stages) => Object.keys(stages).length > 0, 'Map at least one state.');
export type StageMap = z.infer<typeof stageMap>;

/** Further stages, each with the one of the map that it stands for the same as: vendors have more of them than we have states. */
export const stageAliases = z.record(stageName, stageName).default({});
type StageAliases = z.infer<typeof stageAliases>;

/** True when every alias leads to a stage of the map, and is none itself. */
export function aliasesFit({ stages, sameAs }: { stages: StageMap; sameAs: StageAliases }): boolean {
  const mapped = new Set(Object.values(stages));
  return Object.entries(sameAs).every(([alias, stage]) => mapped.has(stage) && !mapped.has(alias));
}
export const aliasesRule = '"sameAs" leads from a stage that "stages" does not name to one that it names.';

/** The stage itself, or the one it stands for the same as. */
export function mainStage(sameAs: StageAliases, stage: string): string {
  const name = stage.trim();
  return Object.hasOwn(sameAs, name) ? (sameAs[name] ?? name) : name;
}

/** The name of an element as settings give it. */
export const elementName = z
  .string()
  .regex(/^[a-z]+(\.[a-zA-Z]+)+$/, 'An element of the dictionary, such as "screening.score".');

/** The stage of the most specific mapped region around a state; null where none is. */
export function stageOf(stages: StageMap, state: string): string | null {
  const around = Object.keys(stages).filter((path) => isWithin(state, path));
  const nearest = around.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined ? null : (stages[nearest] ?? null);
}

/**
 * The canonical states or regions a stage stands for; none when nothing is mapped to it. A stage that several states share
 * stands for the region they have in common, or for each of them where that would be all of `active`.
 */
export function statesOfStage(stages: StageMap, stage: string): string[] {
  const states = Object.entries(stages)
    .filter(([, name]) => name === stage.trim())
    .map(([path]) => path)
    .sort();
  if (states.length < 2) return states;
  const common = states.reduce(commonRegion);
  return common === '' || common === 'active' ? states : [common];
}

function commonRegion(a: string, b: string): string {
  const [left, right] = [a.split('.'), b.split('.')];
  const differs = left.findIndex((part, index) => part !== right[index]);
  return (differs === -1 ? left : left.slice(0, differs)).join('.');
}
