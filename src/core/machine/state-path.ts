// Paths of states, such as `active.screening.invited`.

/** True when a state lies in `region`: the state itself or a compound state around it. */
export const isWithin = (state: string, region: string): boolean => state === region || state.startsWith(`${region}.`);
