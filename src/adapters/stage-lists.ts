// The stages of a vendor's jobs or plans, read and kept for a minute: ids differ between them, names are what settings speak of.
import type { VendorAnswer } from './http.ts';

const keepMs = 60_000;
const listsMax = 5_000;

/** Asks the vendor for one list. */
export type FetchStages<Stage> = () => Promise<Stage[] | { failed: VendorAnswer }>;

export interface StageLists<Stage> {
  /** `fresh` asks the vendor even if a minute has not passed. */
  list(
    key: string,
    fetch: FetchStages<Stage>,
    fresh?: boolean,
  ): Promise<{ stages: Stage[]; fresh: boolean } | { failed: VendorAnswer }>;
  /** The one stage that is meant; asks the vendor again before it says that there is none. */
  find(
    key: string,
    fetch: FetchStages<Stage>,
    meant: (stage: Stage) => boolean,
  ): Promise<Stage | { refusal: string } | { failed: VendorAnswer }>;
}

/** One memory for all connections of an adapter: the key names the connection, its address and the list. */
export function createStageLists<Stage extends { id: number | string }>(): StageLists<Stage> {
  const known = new Map<string, { stages: Stage[]; at: number }>();
  const list: StageLists<Stage>['list'] = async (key, fetch, fresh = false) => {
    const kept = known.get(key);
    if (kept && !fresh && Date.now() - kept.at < keepMs) return { stages: kept.stages, fresh: false };
    const stages = await fetch();
    if ('failed' in stages) return stages;
    if (known.size >= listsMax) known.clear();
    known.set(key, { stages, at: Date.now() });
    return { stages, fresh: true };
  };
  return {
    list,
    async find(key, fetch, meant) {
      const first = await list(key, fetch);
      if ('failed' in first) return first;
      if (first.fresh || first.stages.some(meant)) return onlyOne(first.stages.filter(meant));
      const second = await list(key, fetch, true);
      return 'failed' in second ? second : onlyOne(second.stages.filter(meant));
    },
  };
}

function onlyOne<Stage>([stage, another]: Stage[]): Stage | { refusal: string } {
  if (!stage) return { refusal: 'stage_not_found' };
  return another ? { refusal: 'stage_name_ambiguous' } : stage;
}
