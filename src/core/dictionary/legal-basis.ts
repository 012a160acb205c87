// On what ground somebody is erased: GDPR Art. 17(1) a to e, and our own timer.

export const legalBases = [
  'no_longer_needed',
  'consent_withdrawn',
  'objection',
  'unlawful_processing',
  'legal_obligation',
  'retention_over',
] as const;
export type LegalBasis = (typeof legalBases)[number];
