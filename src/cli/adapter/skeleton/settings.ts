// The settings of a new adapter: an address and the stages, which every system that keeps stages needs.
import type { AdapterNames } from './names.ts';

export const settings = ({ camel, pascal, title }: AdapterNames): string => `\
// A ${title} connection's settings, and what they say about our states and ${title}'s stages.
import { z } from 'zod';
import { stageMap, stageOf, statesOfStage } from '../stage-map.ts';

export const ${camel}Settings = z.strictObject({
  baseUrl: z.url().describe('Where the API answers.'),
  stages: stageMap.describe('Our state or region to the stage of ${title}; the most specific entry wins.'),
});
export type ${pascal}Settings = z.infer<typeof ${camel}Settings>;

/** What a canonical state is in ${title}; null where it cannot be shown. Hires, rejections and withdrawals are added here. */
export const targetOf = ({ stages }: ${pascal}Settings, state: string): string | null => stageOf(stages, state);

/** The canonical states that a stage stands for; none when nothing is mapped to it. */
export const statesOf = ({ stages }: ${pascal}Settings, stage: string): string[] => statesOfStage(stages, stage);
`;
