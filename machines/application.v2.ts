// The lifecycle of one application, as v1; no offer is made while its requisition is held, filled, cancelled or closed.
import type { MachineDefinition } from '../src/core/machine/definition.ts';
import { recruiters, schedulers } from './application.v1/authority.ts';
import { interview } from './application.v2/interview.ts';
import { offer } from './application.v2/offer.ts';
import { screening } from './application.v2/screening.ts';

export const applicationV2 = {
  id: 'application',
  version: '2',
  description: 'One candidate’s application for one requisition.',
  initial: 'none',
  states: {
    none: {
      description: 'Not received yet: Interlock has heard of it only by reference.',
      meta: { owner: 'Candidate', sla: null, systemOfRecord: 'ats', onDivergence: 'revert' },
      on: {
        'application.received': {
          target: 'active',
          description: 'The candidate applied, was referred or was sourced.',
          meta: { causedBy: ['ats', 'portal', 'operator'], requires: [] },
        },
      },
    },
    active: {
      description: 'Under consideration. From anywhere in here it may be held, rejected or withdrawn.',
      initial: 'received',
      on: {
        'application.held': {
          target: 'on_hold',
          description: 'Set aside, with the reason; nothing is lost of where it stood.',
          meta: { causedBy: recruiters, requires: ['hold.reason'] },
        },
        'application.rejected': {
          target: 'rejected',
          description: 'A person decided against the candidate, with the reason. No screening tool may do this.',
          meta: { causedBy: recruiters, requires: ['rejection.reason'] },
        },
        'application.withdrawn': {
          target: 'withdrawn',
          description: 'The candidate stepped back.',
          meta: { causedBy: ['ats', 'portal', 'operator'], requires: [] },
        },
      },
      states: {
        where_it_was: { type: 'history', history: 'deep' },
        received: {
          description: 'Arrived; nobody has looked yet.',
          meta: { owner: 'Recruiter', sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'revert' },
          on: {
            'triage.started': {
              target: 'triage',
              description: 'A recruiter took the application up.',
              meta: { causedBy: recruiters, requires: [] },
            },
            'screening.invited': {
              target: 'screening.invited',
              description: 'Every applicant is screened first: the requisition does without triage.',
              guard: { type: 'requisitionSkips', params: { stage: 'triage' } },
              meta: { causedBy: ['ats', 'screening', 'operator'], requires: [] },
            },
          },
        },
        triage: {
          description: 'A recruiter checks the application against the requirements of the requisition.',
          meta: { owner: 'Recruiter', sla: 'P2D', systemOfRecord: 'ats', onDivergence: 'revert' },
          on: {
            'screening.invited': {
              target: 'screening.invited',
              description: 'Passed triage and was invited to structured screening.',
              meta: { causedBy: ['ats', 'screening', 'operator'], requires: [] },
            },
            'interview.requested': {
              target: 'interview.to_schedule',
              description: 'Passed triage; the requisition does without structured screening.',
              guard: { type: 'requisitionSkips', params: { stage: 'screening' } },
              meta: { causedBy: schedulers, requires: [] },
            },
          },
        },
        screening,
        interview,
        offer,
      },
    },
    on_hold: {
      description: 'Set aside. Whoever holds it says from time to time whether it stays so.',
      meta: { owner: 'Recruiter', sla: 'P14D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'application.resumed': {
          target: 'active.where_it_was',
          description: 'Taken up again exactly where it was.',
          meta: { causedBy: recruiters, requires: [] },
        },
        'application.rejected': {
          target: 'rejected',
          description: 'Rejected while on hold, with the reason.',
          meta: { causedBy: recruiters, requires: ['rejection.reason'] },
        },
        'application.withdrawn': {
          target: 'withdrawn',
          description: 'The candidate stepped back while on hold.',
          meta: { causedBy: ['ats', 'portal', 'operator'], requires: [] },
        },
      },
    },
    hired: {
      description: 'Hired. What follows is onboarding.',
      meta: { owner: 'HR operations', sla: null, systemOfRecord: 'hris', onDivergence: 'hold' },
      on: {
        'hire.reverted': {
          target: 'active.offer.accepted',
          description: 'Recorded too early, or the candidate never started: the offer is open again.',
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: [], backward: true },
        },
      },
    },
    rejected: {
      description: 'Turned down by a person, with a reason.',
      meta: { owner: 'Recruiter', sla: null, systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'application.reopened': {
          target: 'active.where_it_was',
          description: 'The rejection was taken back, with the reason; it stands where it was.',
          meta: { causedBy: recruiters, requires: ['reopen.reason'], backward: true },
        },
      },
    },
    withdrawn: {
      description: 'The candidate stepped back.',
      meta: { owner: 'Recruiter', sla: null, systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'application.reopened': {
          target: 'active.where_it_was',
          description: 'The candidate came back, with the reason; it stands where it was.',
          meta: { causedBy: recruiters, requires: ['reopen.reason'], backward: true },
        },
      },
    },
  },
} as const satisfies MachineDefinition;
