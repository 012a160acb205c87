// The mappings of dictionary/systems, as services hand them to adapters.
import { noMapping, type SystemMapping } from '../../src/core/dictionary/mapping.ts';
import { loadDictionary } from '../../src/load-definitions.ts';

const { systems } = loadDictionary();

/** Reads nothing where the dictionary has no such system. */
export const mappingOf = (adapter: string): SystemMapping => systems.get(adapter) ?? noMapping;
