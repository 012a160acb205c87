// The interview region of application v2: rounds of appointments, until the hiring manager decides.
import type { StateDefinition } from '../../src/core/machine/definition.ts';
import { recruiters, schedulers } from '../application.v1/authority.ts';

export const interview = {
  description: 'Interviews, in one round or several.',
  initial: 'to_schedule',
  states: {
    to_schedule: {
      description: 'A time that suits everybody is to be found.',
      meta: { owner: 'Coordinator', sla: 'P3D', systemOfRecord: 'ats', onDivergence: 'revert' },
      on: {
        'interview.scheduled': {
          target: 'scheduled',
          description: 'The interview is in the calendars.',
          meta: { causedBy: schedulers, requires: ['interview.scheduledAt'] },
        },
        'interview.completed': {
          target: 'completed',
          description: 'It took place; nobody had reported the appointment.',
          meta: { causedBy: schedulers, requires: [] },
        },
        'offer.drafted': {
          target: '#application.active.offer.drafted',
          description: 'Moved on to an offer; the requisition does without tracked appointments.',
          guard: { type: 'liveRequisitionSkips', params: { stage: 'scheduling' } },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
    scheduled: {
      description: 'The interview is in the calendars.',
      meta: { owner: 'Interviewer', sla: 'P10D', systemOfRecord: 'scheduling', onDivergence: 'hold' },
      on: {
        'interview.scheduled': {
          target: 'scheduled',
          description: 'A further interview of the same round is in the calendars.',
          meta: { causedBy: schedulers, requires: ['interview.scheduledAt'], backward: true },
        },
        'interview.rescheduled': {
          target: 'scheduled',
          description: 'Moved to another time.',
          meta: { causedBy: schedulers, requires: ['interview.scheduledAt'], backward: true },
        },
        'interview.cancelled': {
          target: 'to_schedule',
          description: 'Called off, or somebody did not come; a new time is needed.',
          meta: { causedBy: schedulers, requires: [], backward: true },
        },
        'interview.completed': {
          target: 'completed',
          description: 'The interview took place.',
          meta: { causedBy: schedulers, requires: [] },
        },
        'offer.drafted': {
          target: '#application.active.offer.drafted',
          description: 'A recruiter moved the candidate on, which says that the interview took place.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
    completed: {
      description: 'Took place; the hiring manager weighs the feedback.',
      meta: { owner: 'Hiring manager', sla: 'P2D', systemOfRecord: 'ats', onDivergence: 'revert' },
      on: {
        'interview.completed': {
          target: 'completed',
          description: 'A further interview of the round took place, or its feedback came in.',
          meta: { causedBy: schedulers, requires: [], backward: true },
        },
        'interview.requested': {
          target: 'to_schedule',
          description: 'Another round is wanted.',
          meta: { causedBy: schedulers, requires: [], backward: true },
        },
        'interview.scheduled': {
          target: 'scheduled',
          description: 'Another round is in the calendars already.',
          meta: { causedBy: schedulers, requires: ['interview.scheduledAt'], backward: true },
        },
        'offer.drafted': {
          target: '#application.active.offer.drafted',
          description: 'The hiring manager wants this candidate.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
  },
} as const satisfies StateDefinition;
