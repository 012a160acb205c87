// The tables as the engine uses them: every read and write of the accept path, of results, of dispatch and of the sweeper.

import {
  blockConnection,
  halfOpenDueCircuits,
  listConnections,
  setCircuit,
  setTrial,
} from '../connections/connections.ts';
import { databaseClock } from '../database/clock.ts';
import { insertPersons, learnContacts } from '../persons/persons.ts';
import { openIncidents, settleIncidents } from '../settling/incidents.ts';
import { insertEchoes } from './echoes.ts';
import { findElements, upsertElements } from './elements.ts';
import {
  claimDueProbes,
  findEvents,
  findExpiredParked,
  findParkedPlaces,
  findReleasable,
  findToldStages,
  insertEvents,
  lockParked,
  updateEvents,
} from './events.ts';
import { appendCounts, mergeCounts } from './kpi.ts';
import { saveLanes } from './lanes.ts';
import { advanceLanes, lockWritebacks, saveResults } from './results.ts';
import { lockLanesAndValues } from './standing-values.ts';
import {
  factsOf,
  holdRequisitions,
  insertRefs,
  insertSubjects,
  lockSubjects,
  resolveRefs,
  updateSubjects,
} from './subjects.ts';
import { insertTransitions } from './transitions.ts';
import { findChecks, findProbe, findTaken, findUntaken, takeWorks } from './work.ts';
import {
  claimDue,
  claimHeads,
  countLeased,
  findDue,
  findExpiredLeases,
  findLeased,
  findOpenWritebacks,
  findRecentWrites,
  insertWritebacks,
  supersedeWritebacks,
} from './writebacks.ts';

/** In PostgreSQL. A simulation of the engine puts memory in their place, and a test holds both to the same behaviour. */
export const records = {
  advanceLanes,
  appendCounts,
  blockConnection,
  claimDue,
  claimDueProbes,
  claimHeads,
  countLeased,
  databaseClock,
  factsOf,
  findChecks,
  findDue,
  findElements,
  findEvents,
  findExpiredLeases,
  findExpiredParked,
  findLeased,
  findOpenWritebacks,
  findParkedPlaces,
  findProbe,
  findRecentWrites,
  findReleasable,
  findToldStages,
  findTaken,
  findUntaken,
  takeWorks,
  halfOpenDueCircuits,
  holdRequisitions,
  insertEchoes,
  insertEvents,
  insertPersons,
  insertRefs,
  insertSubjects,
  insertTransitions,
  insertWritebacks,
  learnContacts,
  listConnections,
  lockLanesAndValues,
  lockParked,
  lockSubjects,
  lockWritebacks,
  mergeCounts,
  openIncidents,
  resolveRefs,
  saveLanes,
  saveResults,
  setCircuit,
  setTrial,
  settleIncidents,
  supersedeWritebacks,
  updateEvents,
  updateSubjects,
  upsertElements,
};
export type Records = typeof records;
