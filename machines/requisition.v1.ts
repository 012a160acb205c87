// The lifecycle of one requisition, from the first draft to filled, closed or cancelled.
import type { MachineDefinition } from '../src/core/machine/definition.ts';

/** Headcount is planned in the HR system, jobs are run in the applicant tracking system. */
const planners = ['ats', 'hris', 'operator'] as const;

export const requisitionV1 = {
  id: 'requisition',
  version: '1',
  description: 'One job to fill, with the approvals it needs.',
  initial: 'none',
  states: {
    none: {
      description: 'Not known yet.',
      meta: { owner: 'Hiring manager', sla: null, systemOfRecord: 'ats', onDivergence: 'revert' },
      on: {
        'requisition.drafted': {
          target: 'live',
          description: 'Somebody began to describe the job.',
          meta: { causedBy: planners, requires: [] },
        },
        'requisition.opened': {
          target: 'live.open',
          description: 'First heard of when it was open already: drafted and approved elsewhere.',
          meta: { causedBy: ['ats', 'hris'], requires: [] },
        },
      },
    },
    live: {
      description: 'Being prepared or recruited for. From anywhere in here it may be held or cancelled.',
      initial: 'drafted',
      on: {
        'requisition.held': {
          target: 'on_hold',
          description: 'Paused, with the reason.',
          meta: { causedBy: planners, requires: ['hold.reason'] },
        },
        'requisition.cancelled': {
          target: 'cancelled',
          description: 'The job will not be filled, with the reason.',
          meta: { causedBy: planners, requires: ['requisition.cancelReason'] },
        },
      },
      states: {
        where_it_was: { type: 'history', history: 'deep' },
        drafted: {
          description: 'The job is being described.',
          meta: { owner: 'Hiring manager', sla: 'P7D', systemOfRecord: 'ats', onDivergence: 'revert' },
          on: {
            'requisition.submitted': {
              target: 'pending_approval',
              description: 'Handed in for approval.',
              meta: { causedBy: planners, requires: [] },
            },
          },
        },
        pending_approval: {
          description: 'Finance and the head of the department decide.',
          meta: { owner: 'Finance', sla: 'P5D', systemOfRecord: 'hris', onDivergence: 'hold' },
          on: {
            'requisition.approved': {
              target: 'approved',
              description: 'Everybody who must agree has agreed.',
              meta: { causedBy: planners, requires: [] },
            },
            'requisition.returned': {
              target: 'drafted',
              description: 'Sent back for changes.',
              meta: { causedBy: planners, requires: [], backward: true },
            },
          },
        },
        approved: {
          description: 'May be opened for applications.',
          meta: { owner: 'Recruiter', sla: 'P3D', systemOfRecord: 'ats', onDivergence: 'revert' },
          on: {
            'requisition.opened': {
              target: 'open',
              description: 'Open for applications.',
              meta: { causedBy: ['ats', 'operator'], requires: [] },
            },
          },
        },
        open: {
          description: 'Candidates are considered.',
          meta: { owner: 'Recruiter', sla: 'P60D', systemOfRecord: 'ats', onDivergence: 'revert' },
          on: {
            'requisition.filled': {
              target: '#requisition.filled',
              description: 'Every opening has a hire.',
              meta: { causedBy: planners, requires: [] },
            },
          },
        },
      },
    },
    on_hold: {
      description: 'Paused, for instance by a hiring freeze.',
      meta: { owner: 'Hiring manager', sla: 'P30D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'requisition.resumed': {
          target: 'live.where_it_was',
          description: 'Taken up again exactly where it was.',
          meta: { causedBy: planners, requires: [] },
        },
        'requisition.cancelled': {
          target: 'cancelled',
          description: 'Given up while paused, with the reason.',
          meta: { causedBy: planners, requires: ['requisition.cancelReason'] },
        },
      },
    },
    filled: {
      description: 'Every opening has a hire; it stays at hand until the new hires have started.',
      meta: { owner: 'Recruiter', sla: 'P90D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'requisition.reopened': {
          target: 'live.open',
          description: 'A hire fell through, or an opening was added.',
          meta: { causedBy: planners, requires: ['reopen.reason'], backward: true },
        },
        'requisition.closed': {
          target: 'closed',
          description: 'Done: the new hires have started.',
          meta: { causedBy: planners, requires: [] },
        },
      },
    },
    cancelled: {
      description: 'Given up, with a reason.',
      meta: { owner: 'Hiring manager', sla: null, systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'requisition.reopened': {
          target: 'live.where_it_was',
          description: 'The job is wanted after all; it stands where it was.',
          meta: { causedBy: planners, requires: ['reopen.reason'], backward: true },
        },
      },
    },
    closed: {
      type: 'final',
      description: 'Filled and done. A new opening is a new requisition.',
      meta: { owner: 'Recruiter', sla: null, systemOfRecord: 'ats', onDivergence: 'revert' },
    },
  },
} as const satisfies MachineDefinition;
