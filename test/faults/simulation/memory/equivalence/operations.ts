// All operations: one for every function of `records`, which the compiler sees to.
import { eventOperations } from './event-operations.ts';
import type { Operations } from './operation.ts';
import { subjectOperations } from './subject-operations.ts';
import { writebackOperations } from './writeback-operations.ts';

export const operations: Operations = { ...eventOperations, ...subjectOperations, ...writebackOperations };
