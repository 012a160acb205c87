// The screening region of application v2: invited, done, and then read by a person.
import type { StateDefinition } from '../../src/core/machine/definition.ts';
import { recruiters, schedulers } from '../application.v1/authority.ts';

export const screening = {
  description: 'Structured screening: the same questions or tasks, scored the same way, for everybody.',
  initial: 'invited',
  states: {
    invited: {
      description: 'Invited; the candidate has not begun.',
      meta: { owner: 'Candidate', sla: 'P5D', systemOfRecord: 'screening', onDivergence: 'revert' },
      on: {
        'screening.started': {
          target: 'started',
          description: 'The candidate began.',
          meta: { causedBy: ['screening'], requires: [] },
        },
        'screening.completed': {
          target: 'completed',
          description: 'The candidate finished; many tools report nothing in between.',
          meta: { causedBy: ['screening', 'ats'], requires: ['screening.score'] },
        },
        'screening.expired': {
          target: 'expired',
          description: 'The invitation ran out unused.',
          meta: { causedBy: ['screening', 'ats'], requires: [] },
        },
      },
    },
    started: {
      description: 'The candidate is at work on it.',
      meta: { owner: 'Candidate', sla: 'P2D', systemOfRecord: 'screening', onDivergence: 'revert' },
      on: {
        'screening.completed': {
          target: 'completed',
          description: 'The candidate finished and the tool scored it.',
          meta: { causedBy: ['screening', 'ats'], requires: ['screening.score'] },
        },
        'screening.expired': {
          target: 'expired',
          description: 'Time ran out before the candidate finished.',
          meta: { causedBy: ['screening', 'ats'], requires: [] },
        },
      },
    },
    completed: {
      description: 'The result is there; a person reads it and decides.',
      meta: { owner: 'Recruiter', sla: 'P2D', systemOfRecord: 'screening', onDivergence: 'revert' },
      on: {
        'screening.rescored': {
          target: 'completed',
          description: 'The tool corrected the score.',
          meta: { causedBy: ['screening'], requires: ['screening.score'], backward: true },
        },
        'screening.passed': {
          target: 'passed',
          description: 'Met the bar. The opposite is no event of a tool: a person rejects.',
          meta: { causedBy: ['ats', 'screening', 'operator'], requires: [] },
        },
        'interview.requested': {
          target: '#application.active.interview.to_schedule',
          description: 'A recruiter moved the candidate on, which is the decision that screening was passed.',
          meta: { causedBy: recruiters, requires: [] },
        },
        'offer.drafted': {
          target: '#application.active.offer.drafted',
          description: 'Moved on to an offer; the requisition does without interviews.',
          guard: { type: 'liveRequisitionSkips', params: { stage: 'interview' } },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
    passed: {
      description: 'Met the bar; the next step is to be arranged.',
      meta: { owner: 'Recruiter', sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'revert' },
      on: {
        'interview.requested': {
          target: '#application.active.interview.to_schedule',
          description: 'An interview is to be arranged.',
          meta: { causedBy: schedulers, requires: [] },
        },
        'offer.drafted': {
          target: '#application.active.offer.drafted',
          description: 'Moved on to an offer; the requisition does without interviews.',
          guard: { type: 'liveRequisitionSkips', params: { stage: 'interview' } },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
    expired: {
      description: 'Not finished in time; a recruiter invites again or decides.',
      meta: { owner: 'Recruiter', sla: 'P2D', systemOfRecord: 'screening', onDivergence: 'revert' },
      on: {
        'screening.invited': {
          target: 'invited',
          description: 'Invited once more.',
          meta: { causedBy: ['ats', 'screening', 'operator'], requires: [], backward: true },
        },
        'screening.completed': {
          target: 'completed',
          description: 'Finished late, and the tool took the result all the same.',
          meta: { causedBy: ['screening', 'ats'], requires: ['screening.score'] },
        },
      },
    },
  },
} as const satisfies StateDefinition;
