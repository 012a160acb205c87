// Every machine version there is. A released one is never edited: add a new file and list it here.
import type { MachineDefinition } from '../src/core/machine/definition.ts';
import { applicationV1 } from './application.v1.ts';
import { applicationV2 } from './application.v2.ts';
import { onboardingV1 } from './onboarding.v1.ts';
import { requisitionV1 } from './requisition.v1.ts';

export const machineDefinitions: readonly MachineDefinition[] = [
  applicationV1,
  applicationV2,
  requisitionV1,
  onboardingV1,
];
