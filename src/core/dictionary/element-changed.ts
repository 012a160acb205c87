// The name of a writeback that no transition caused: the subject stays where it is, and a system is to show a value that holds now.

/** Stands where the type of a transition stands; no machine has an event of this name. */
export const elementChanged = 'element.changed';
