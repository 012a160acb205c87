// All cases of tampering, in the order of their seeds.
import type { Case } from './case.ts';
import { checkpointCases } from './checkpoint-cases.ts';
import { eventCases } from './event-cases.ts';
import { rowCases } from './row-cases.ts';
import { subjectCases } from './subject-cases.ts';

export const allCases = (): Case[] => [...rowCases, ...subjectCases, ...eventCases, ...checkpointCases];
