// A connection's settings as they apply in one region: the dictionary's stages below its own, the region's stages above them.
import type { Adapter, Reading, VendorContext } from '../../adapters/port.ts';
import type { Dictionary } from '../../core/dictionary/dictionary.ts';
import { noMapping, type SystemMapping } from '../../core/dictionary/mapping.ts';
import type { ConnectionScope } from '../../store/schema/schema.ts';

/** What the dictionary says of the adapter's fields. */
export const mappingFor = ({ systems }: Pick<Dictionary, 'systems'>, adapter: Pick<Adapter, 'name'>): SystemMapping =>
  systems.get(adapter.name) ?? noMapping;

/** Regions that have stages of their own in this adapter's systems, of those that the connection's scope names. */
export const regionsWithStages = (
  { regions }: Pick<Dictionary, 'regions'>,
  { name }: Pick<Adapter, 'name'>,
  scope: ConnectionScope,
): string[] => (scope.regions ?? []).filter((region) => regions.get(region)?.stages.has(name));

/** The stored settings, parsed. Where a region's stages do not fit the adapter's settings, the settings alone. Throws when those are wrong. */
export function settingsIn(
  dictionary: Pick<Dictionary, 'systems' | 'regions'>,
  adapter: Adapter,
  stored: unknown,
  region: string | null,
): unknown {
  const merged = mergedSettings(dictionary, adapter, stored, region);
  const parsed = merged === stored ? null : adapter.settings.safeParse(merged);
  return parsed?.success ? parsed.data : adapter.settings.parse(stored);
}

/** The stored settings with all stages in them; the very same where nothing is added. */
export function mergedSettings(
  dictionary: Pick<Dictionary, 'systems' | 'regions'>,
  adapter: Adapter,
  stored: unknown,
  region: string | null,
): unknown {
  const { stages: mapped } = mappingFor(dictionary, adapter);
  const regional = region === null ? undefined : dictionary.regions.get(region)?.stages.get(adapter.name);
  const nothing = Object.keys(mapped.map).length === 0 && regional === undefined;
  if (nothing || mapped.settings === 'none' || typeof stored !== 'object' || stored === null) return stored;
  const own = stagesOf(stored);
  const turned = mapped.settings === 'by_state' ? (one: Stages) => one : inverted;
  return { ...stored, stages: { ...turned(mapped.map), ...own, ...turned(regional ?? {}) } };
}

/** What the thing shows. A stage that the settings do not know is looked for among those of the regions, by reading again. */
export async function readInAnyRegion(
  { adapter, regionalSettings }: { adapter: Adapter; regionalSettings?: ReadonlyMap<string, unknown> },
  ref: string,
  vendor: VendorContext<unknown>,
): Promise<Reading | null> {
  const reading = await adapter.read(ref, vendor);
  if (reading === null || reading.state !== null || (reading.states ?? []).length > 0) return reading;
  for (const settings of regionalSettings?.values() ?? []) {
    const again = await adapter.read(ref, { ...vendor, settings });
    if (again === null || again.state !== null) return again;
  }
  return reading;
}

type Stages = Readonly<Record<string, string>>;

const stagesOf = (settings: object): Stages =>
  'stages' in settings && typeof settings.stages === 'object' && settings.stages !== null
    ? (settings.stages as Stages)
    : {};

const inverted = (stages: Stages): Stages =>
  Object.fromEntries(Object.entries(stages).map(([state, stage]) => [stage, state]));
