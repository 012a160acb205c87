// The lifecycle of one new hire, from the accepted offer to the end of onboarding.
import type { MachineDefinition } from '../src/core/machine/definition.ts';

const personnel = ['hris', 'operator'] as const;
/** A background check is reported by its provider, or by the system that ordered it. */
const checkers = ['screening', 'ats', 'hris'] as const;

export const onboardingV1 = {
  id: 'onboarding',
  version: '1',
  description: 'One new hire, from the accepted offer to the end of onboarding.',
  initial: 'none',
  states: {
    none: {
      description: 'No pre-hire record yet.',
      meta: { owner: 'HR operations', sla: null, systemOfRecord: 'hris', onDivergence: 'revert' },
      on: {
        'onboarding.created': {
          target: 'preparing',
          description: 'The offer was accepted; the HR system holds a pre-hire record.',
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: ['offer.startDate'] },
        },
      },
    },
    preparing: {
      description: 'Everything before the first day. From anywhere in here it may be cancelled.',
      initial: 'created',
      on: {
        'onboarding.cancelled': {
          target: 'cancelled',
          description: 'The hire will not happen, with the reason.',
          meta: { causedBy: ['ats', 'hris', 'operator'], requires: ['onboarding.cancelReason'] },
        },
      },
      states: {
        where_it_was: { type: 'history', history: 'deep' },
        created: {
          description: 'The pre-hire record is there.',
          meta: { owner: 'HR operations', sla: 'P1D', systemOfRecord: 'hris', onDivergence: 'revert' },
          on: {
            'documents.requested': {
              target: 'documents',
              description: 'The new hire was asked for contract, identity and tax papers.',
              meta: { causedBy: ['hris', 'portal', 'operator'], requires: [] },
            },
          },
        },
        documents: {
          description: 'Papers to sign and to hand in.',
          initial: 'requested',
          states: {
            requested: {
              description: 'The new hire signs and uploads.',
              meta: { owner: 'New hire', sla: 'P5D', systemOfRecord: 'hris', onDivergence: 'revert' },
              on: {
                'documents.completed': {
                  target: 'completed',
                  description: 'All papers are signed and handed in.',
                  meta: { causedBy: ['hris', 'portal', 'operator'], requires: [] },
                },
              },
            },
            completed: {
              description: 'All papers are there and are looked over.',
              meta: { owner: 'HR operations', sla: 'P2D', systemOfRecord: 'hris', onDivergence: 'revert' },
              on: {
                'check.requested': {
                  target: '#onboarding.preparing.background_check.requested',
                  description: 'A background check was ordered, with the new hire’s consent.',
                  meta: { causedBy: ['ats', 'hris', 'screening', 'operator'], requires: [] },
                },
                'provisioning.started': {
                  target: '#onboarding.preparing.provisioning',
                  description: 'Straight to the workplace: the requisition does without a background check.',
                  guard: { type: 'requisitionSkips', params: { stage: 'background_check' } },
                  meta: { causedBy: personnel, requires: [] },
                },
              },
            },
          },
        },
        background_check: {
          description: 'A provider reports, a person decides.',
          initial: 'requested',
          states: {
            requested: {
              description: 'The provider is at work.',
              meta: { owner: 'Check provider', sla: 'P7D', systemOfRecord: 'screening', onDivergence: 'revert' },
              on: {
                'check.cleared': {
                  target: 'cleared',
                  description: 'Nothing was found.',
                  meta: { causedBy: checkers, requires: [] },
                },
                'check.flagged': {
                  target: 'consider',
                  description: 'Something was found that a person must weigh.',
                  meta: { causedBy: checkers, requires: [] },
                },
              },
            },
            consider: {
              description: 'A person weighs the finding and hears the new hire before anything adverse is decided.',
              meta: { owner: 'HR operations', sla: 'P5D', systemOfRecord: 'hris', onDivergence: 'hold' },
              on: {
                'check.accepted': {
                  target: 'cleared',
                  description: 'A person decided that the finding does not stand in the way, with the reason.',
                  meta: { causedBy: personnel, requires: ['check.decisionReason'] },
                },
              },
            },
            cleared: {
              description: 'Nothing stands in the way.',
              meta: { owner: 'HR operations', sla: 'P1D', systemOfRecord: 'hris', onDivergence: 'revert' },
              on: {
                'provisioning.started': {
                  target: '#onboarding.preparing.provisioning',
                  description: 'Accounts, equipment and access were ordered.',
                  meta: { causedBy: personnel, requires: [] },
                },
              },
            },
          },
        },
        provisioning: {
          description: 'Accounts, equipment and access are prepared.',
          meta: { owner: 'IT', sla: 'P5D', systemOfRecord: 'hris', onDivergence: 'revert' },
          on: {
            'provisioning.completed': {
              target: 'ready',
              description: 'Everything for the first day is there.',
              meta: { causedBy: personnel, requires: [] },
            },
          },
        },
        ready: {
          description: 'Waiting for the first day.',
          meta: { owner: 'Hiring manager', sla: 'P45D', systemOfRecord: 'hris', onDivergence: 'hold' },
          on: {
            'start.moved': {
              target: 'ready',
              description: 'Another first day was agreed.',
              meta: { causedBy: ['ats', 'hris', 'operator'], requires: ['offer.startDate'], backward: true },
            },
            'employee.started': {
              target: '#onboarding.started',
              description: 'The first day has come, and so has the new hire.',
              meta: { causedBy: personnel, requires: ['onboarding.employeeNumber'] },
            },
            'employee.no_show': {
              target: '#onboarding.no_show',
              description: 'The first day came, the new hire did not.',
              meta: { causedBy: personnel, requires: [] },
            },
          },
        },
      },
    },
    started: {
      description: 'An employee, in the first weeks.',
      meta: { owner: 'Hiring manager', sla: 'P90D', systemOfRecord: 'hris', onDivergence: 'hold' },
      on: {
        'onboarding.completed': {
          target: 'completed',
          description: 'Onboarding is over.',
          meta: { causedBy: personnel, requires: [] },
        },
        'employee.left': {
          target: 'left',
          description: 'Left, or was let go, before onboarding was over.',
          meta: { causedBy: personnel, requires: [] },
        },
      },
    },
    no_show: {
      description: 'Did not come on the first day. The hire is to be taken back in the application.',
      meta: { owner: 'HR operations', sla: null, systemOfRecord: 'hris', onDivergence: 'hold' },
      on: {
        'onboarding.reopened': {
          target: 'preparing.where_it_was',
          description: 'There was a good reason, and a new first day.',
          meta: { causedBy: personnel, requires: ['reopen.reason'], backward: true },
        },
      },
    },
    cancelled: {
      description: 'The hire did not happen.',
      meta: { owner: 'HR operations', sla: null, systemOfRecord: 'hris', onDivergence: 'hold' },
      on: {
        'onboarding.reopened': {
          target: 'preparing.where_it_was',
          description: 'Taken up again, with the reason, where it was.',
          meta: { causedBy: personnel, requires: ['reopen.reason'], backward: true },
        },
      },
    },
    completed: {
      type: 'final',
      description: 'Onboarding is over.',
      meta: { owner: 'Hiring manager', sla: null, systemOfRecord: 'hris', onDivergence: 'revert' },
    },
    left: {
      type: 'final',
      description: 'Left before onboarding was over.',
      meta: { owner: 'HR operations', sla: null, systemOfRecord: 'hris', onDivergence: 'revert' },
    },
  },
} as const satisfies MachineDefinition;
