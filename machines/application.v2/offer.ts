// The offer region of application v2: drafted, approved, sent, answered.
import type { StateDefinition } from '../../src/core/machine/definition.ts';
import { answerers, recruiters } from '../application.v1/authority.ts';

export const offer = {
  description: 'From the first draft of an offer to the candidate’s answer.',
  initial: 'drafted',
  states: {
    drafted: {
      description: 'The terms are being written.',
      meta: { owner: 'Recruiter', sla: 'P2D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'offer.approved': {
          target: 'approved',
          description: 'Everybody who must agree has agreed.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: [] },
        },
        'offer.extended': {
          target: 'extended',
          description: 'Sent to the candidate; the requisition does without approval of offers.',
          guard: { type: 'liveRequisitionSkips', params: { stage: 'offer_approval' } },
          meta: { causedBy: recruiters, requires: [] },
        },
      },
    },
    approved: {
      description: 'May be sent.',
      meta: { owner: 'Recruiter', sla: 'P1D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'offer.extended': {
          target: 'extended',
          description: 'Sent to the candidate.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [] },
        },
        'offer.accepted': {
          target: 'accepted',
          description: 'The candidate said yes; the sending was not reported.',
          meta: { causedBy: answerers, requires: ['offer.startDate'] },
        },
        'offer.declined': {
          target: 'declined',
          description: 'The candidate said no; the sending was not reported.',
          meta: { causedBy: answerers, requires: [] },
        },
        'offer.revised': {
          target: 'drafted',
          description: 'The terms change and need approval again.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [], backward: true },
        },
      },
    },
    extended: {
      description: 'With the candidate, who answers.',
      meta: { owner: 'Candidate', sla: 'P5D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'offer.accepted': {
          target: 'accepted',
          description: 'The candidate said yes, with a start date.',
          meta: { causedBy: answerers, requires: ['offer.startDate'] },
        },
        'offer.declined': {
          target: 'declined',
          description: 'The candidate said no, or let the offer lapse.',
          meta: { causedBy: answerers, requires: [] },
        },
        'offer.revised': {
          target: 'drafted',
          description: 'Negotiated: the terms change and need approval again.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [], backward: true },
        },
      },
    },
    accepted: {
      description: 'The candidate said yes; the hire is to be recorded.',
      meta: { owner: 'HR operations', sla: 'P3D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'offer.amended': {
          target: 'accepted',
          description: 'Another start date was agreed.',
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: ['offer.startDate'], backward: true },
        },
        'offer.declined': {
          target: 'declined',
          description: 'The candidate went back on the yes.',
          meta: { causedBy: answerers, requires: [] },
        },
        'application.hired': {
          target: '#application.hired',
          description: 'The hire is recorded.',
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: [] },
        },
      },
    },
    declined: {
      description: 'The candidate said no; the hiring manager offers anew or lets go.',
      meta: { owner: 'Hiring manager', sla: 'P2D', systemOfRecord: 'ats', onDivergence: 'hold' },
      on: {
        'offer.revised': {
          target: 'drafted',
          description: 'A better offer is being written.',
          guard: { type: 'requisitionLive' },
          meta: { causedBy: recruiters, requires: [], backward: true },
        },
      },
    },
  },
} as const satisfies StateDefinition;
