// The settings of a new adapter: an address and the stages, which every system that keeps stages needs.
import type { AdapterNames } from './names.ts';

export const settings = ({ camel, pascal, title }: AdapterNames): string => `\
// A ${title} connection's settings, and what they say about our states and ${title}'s places.
import { z } from 'zod';
import { stageMap, stageOf, statesOfStage } from '../stage-map.ts';

export const ${camel}Settings = z.strictObject({
  baseUrl: z.url().describe('Where the API answers.'),
  stages: stageMap.describe('Our state or region to the stage of ${title}; the most specific entry wins.'),
});
export type ${pascal}Settings = z.infer<typeof ${camel}Settings>;

type End = 'hired' | 'rejected' | 'withdrawn';

/** Where an application is. Most vendors keep the ends beside the stage, and the stage through them. */
export interface Place {
  stage: string;
  end: End | null;
}
export type Wanted = { stage: string } | { end: End };

/** What a canonical state is in ${title}; null where it cannot be shown. The ends join here, with the settings that they need. */
export function targetOf({ stages }: ${pascal}Settings, state: string): Wanted | null {
  const stage = stageOf(stages, state);
  return stage === null ? null : { stage };
}

/** The canonical states that a place stands for; none when nothing is mapped to it. */
export const statesOf = ({ stages }: ${pascal}Settings, { stage, end }: Place): string[] =>
  end === null ? statesOfStage(stages, stage) : [end];

/** True when it is there already. */
export const isAt = (place: Place, wanted: Wanted): boolean =>
  'end' in wanted ? place.end === wanted.end : place.end === null && place.stage === wanted.stage;
`;
